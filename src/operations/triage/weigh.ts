import type { Interval } from "#src/evaluation/compare/paired-difference";
import { wilson } from "#src/evaluation/compare/wilson";
import { CAUSES, type CaseFinding, type Cause } from "#src/operations/triage/causes";

/** A case with what the traces say of it, and how much it lost (any unit, 0 or more). */
export type Weighed = CaseFinding & { readonly weight: number };

/** What a cause explains of a loss. `cause` null: nothing in the traces does. */
export type CauseShare = {
  readonly cause: Cause | null;
  readonly cases: number;
  /** Of all that was lost, 0 to 1. */
  readonly share: number;
  /** 95 %. */
  readonly interval: Interval;
};

/**
 * `sure`: more than half of the loss is proven to be of this cause. `likely`: no majority is proven, and it is proven ahead of the next one.
 * `unclear`: neither; both are named.
 */
export type Sureness = "sure" | "likely" | "unclear";

export type Weighing = {
  readonly sure: Sureness;
  /** What explains most; null: nothing does, or the most has no explanation. */
  readonly cause: Cause | null;
  readonly runnerUp: Cause | null;
  /** Of causes that explain anything, most first. */
  readonly shares: readonly CauseShare[];
};

/**
 * How many equal cases the weights are worth: (Σw)² / Σw² (Kish, "Survey Sampling", 1965, § 8.2). One case that lost everything and fifty
 * that lost a trifle are hardly more than one. 0 without weights.
 */
export function effectiveCases(weights: readonly number[]): number {
  const heaviest = Math.max(0, ...weights);
  if (heaviest === 0) return 0;
  // Scaled first: squares of tiny losses would vanish.
  const scaled = weights.map((weight) => weight / heaviest);
  const sum = scaled.reduce((total, weight) => total + weight, 0);
  return (sum * sum) / scaled.reduce((total, weight) => total + weight * weight, 0);
}

/** Which cause explains a loss, and how sure that is. The order of the cases is of no account. */
export function weigh(given: readonly Weighed[]): Weighing {
  // Sums of floating-point numbers depend on their order.
  const lost = given.filter(({ weight }) => weight > 0).sort((a, b) => b.weight - a.weight || (a.id < b.id ? -1 : 1));
  const shares = [...CAUSES, null]
    .map((cause) => shareOf(lost, cause))
    .filter(({ cases }) => cases > 0)
    // Stable: ties stay in the order of the causes, the unexplained last.
    .sort((a, b) => b.share - a.share);
  const [first, second] = shares;
  const explained = shares.flatMap(({ cause }) => cause ?? []);
  if (first === undefined) return { sure: "unclear", cause: null, runnerUp: null, shares };
  const { cause } = first;
  if (cause === null) return { sure: "unclear", cause: null, runnerUp: explained[0] ?? null, shares };
  const runnerUp = explained[1] ?? null;
  if (first.interval.low > 0.5) return { sure: "sure", cause, runnerUp, shares };
  const duel = lost.filter((each) => each.cause === cause || (second !== undefined && each.cause === second.cause));
  const isAhead = shareOf(duel, cause).interval.low > 0.5;
  return { sure: isAhead ? "likely" : "unclear", cause, runnerUp, shares };
}

function shareOf(lost: readonly Weighed[], cause: Cause | null): CauseShare {
  const total = lost.reduce((sum, { weight }) => sum + weight, 0);
  const of = lost.filter((each) => each.cause === cause);
  const share = total === 0 ? 0 : Math.min(1, of.reduce((sum, { weight }) => sum + weight, 0) / total);
  return { cause, cases: of.length, share, interval: wilson(share, effectiveCases(lost.map(({ weight }) => weight))) };
}
