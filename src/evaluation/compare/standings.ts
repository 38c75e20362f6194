import { gain, type Measure } from "#src/evaluation/compare/measures";
import type { PairedDifference } from "#src/evaluation/compare/paired-difference";

/**
 * `breach`: proven worse than the threshold; `healthy`: proven better than the tolerance; `watching`: the difference itself crosses
 * the threshold, nothing is proven; `unknown`: neither, or too little data.
 */
export type Standing = "breach" | "healthy" | "watching" | "unknown";

/** How much worse is a breach, and what is still good enough: in shares (0.02 is two points). */
export type Margin = { readonly threshold: number; readonly tolerance: number };

/**
 * What a candidate is held to against its baseline: of each measure, and of the p95 latency as ratios. A measure without margins
 * is shown, and holds nothing up.
 */
export type Margins = {
  readonly measures: { readonly [measure in Measure]?: Margin };
  readonly latency: Margin;
};

/** Whether the interval leaves only one direction; null where it holds 0, or there is none. It proves a change, not how much. */
export function shiftOf(measure: Measure, { interval }: PairedDifference): "better" | "worse" | null {
  if (interval === null || (interval.low <= 0 && interval.high >= 0)) return null;
  return gain(measure, 0, interval.low) < 0 ? "worse" : "better";
}

/** Null for a measure that nothing is asked of. */
export function standingOf(measure: Measure, margin: Margin | undefined, found: PairedDifference): Standing | null {
  if (margin === undefined) return null;
  const { difference, interval } = found;
  if (difference === null || interval === null) return "unknown";
  const [one, other] = [gain(measure, 0, interval.low), gain(measure, 0, interval.high)];
  const [worst, best] = [Math.min(one, other), Math.max(one, other)];
  if (best < -margin.threshold) return "breach";
  if (worst > -margin.tolerance) return "healthy";
  return gain(measure, 0, difference) < -margin.threshold ? "watching" : "unknown";
}
