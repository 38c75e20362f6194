import { meanOf } from "#src/evaluation/compare/measures";
import { studentT } from "#src/evaluation/compare/student-t";

/** The same case on both arms. */
export type Pair = { readonly id: string; readonly baseline: number; readonly candidate: number };

export type Interval = { readonly low: number; readonly high: number };

export type PairedDifference = {
  /** Pairs: both means are over these cases alone. */
  readonly n: number;
  /** Null without pairs. */
  readonly baseline: number | null;
  readonly candidate: number | null;
  /** Mean of candidate − baseline, −1 to 1. */
  readonly difference: number | null;
  /** 95 % confidence interval of the mean difference; null with fewer than `FEWEST_PAIRS`. */
  readonly interval: Interval | null;
};

export const CONFIDENCE = 0.95;
/** With fewer pairs an interval says little, and no test showed that it holds what it promises. */
export const FEWEST_PAIRS = 20;

/**
 * The mean paired difference of values from 0 to 1, with a 95 % interval: Student's t over the differences and two more, one of −1
 * and one of +1. For hits and misses (0 or 1) that is the adjusted Wald interval of Bonett & Price, "Adjusted Wald Confidence
 * Interval for a Difference of Binomial Proportions Based on Paired Data", Journal of Educational and Behavioral Statistics 37,
 * 2012, with t for z; differences are bounded, so the two stand for the largest that may have been missed. Without them fifty
 * equal pairs would "prove" that no case ever differs (docs/decisions/paired-comparison.md has the coverage of both).
 */
export function pairedDifference(pairs: readonly Pair[]): PairedDifference {
  const n = pairs.length;
  const differences = pairs.map(({ baseline, candidate }) => candidate - baseline);
  return {
    n,
    baseline: meanOf(pairs.map(({ baseline }) => baseline)),
    candidate: meanOf(pairs.map(({ candidate }) => candidate)),
    difference: meanOf(differences),
    interval: n < FEWEST_PAIRS ? null : intervalOf([...differences, -1, 1]),
  };
}

function intervalOf(values: readonly number[]): Interval {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  const half = studentT(n - 1, CONFIDENCE) * Math.sqrt(variance / n);
  return { low: Math.max(-1, mean - half), high: Math.min(1, mean + half) };
}

/** The least tolerance that so many pairs can prove, at best: when none of them differs at all. 1 where there are too few. */
export function leastProvable(n: number): number {
  if (n < FEWEST_PAIRS) return 1;
  const { high } = intervalOf([...Array.from({ length: n }, () => 0), -1, 1]);
  return high;
}
