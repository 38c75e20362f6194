import { meanOf } from "#src/evaluation/compare/measures";
import type { CasePair } from "#src/evaluation/compare/pair-cases";
import { type PairedDifference, pairedDifference } from "#src/evaluation/compare/paired-difference";
import type { Margin, Standing } from "#src/evaluation/compare/standings";
import { latencyOf, type Request } from "#src/evaluation/oracle/latency";

/** What a 95th percentile leaves beyond it. */
const BEYOND = 0.05;

export type LatencyComparison = {
  /** Seconds, over the cases of both runs; Infinity: that many failed. Null without requests. */
  readonly baseline: number | null;
  readonly candidate: number | null;
  /** Candidate over baseline; null where that is no number. */
  readonly ratio: number | null;
  readonly n: number;
  /**
   * How often the baseline exceeds its own p95 (one in twenty), and the candidate the same times the threshold: an interval above 0
   * proves its p95 worse than that. And times the tolerance: an interval below 0 proves it good enough.
   */
  readonly beyondThreshold: PairedDifference;
  readonly beyondTolerance: PairedDifference;
  readonly standing: Standing;
};

/**
 * The p95 of both runs over the same cases. A percentile has no mean, so what is compared is how often each arm exceeds one bar,
 * the baseline's p95: 1{candidate / ratio > bar} − 1{baseline > bar}, paired by case. A request that failed exceeds every bar.
 * Where so much of the baseline failed that its p95 is among it, there is no bar, and nothing is known.
 */
export function compareLatency(pairs: readonly CasePair[], margin: Margin): LatencyComparison {
  const asked = pairs
    .map(({ id, baseline, candidate }) => ({ id, before: requests(baseline), after: requests(candidate) }))
    .filter(({ before, after }) => before.length > 0 && after.length > 0);
  const baseline = latencyOf(asked.flatMap(({ before }) => before)).p95;
  const candidate = latencyOf(asked.flatMap(({ after }) => after)).p95;
  const bar = baseline ?? Number.POSITIVE_INFINITY;
  const usual = beyondOwnBar(
    asked.map(({ before }) => before),
    bar,
  );
  const beyond = (ratio: number): PairedDifference =>
    pairedDifference(
      asked.map(({ id, before, after }) => ({ id, baseline: usual(before), candidate: share(after, bar * ratio) })),
    );
  const [beyondThreshold, beyondTolerance] = [beyond(margin.threshold), beyond(margin.tolerance)];
  const isBar = baseline !== null && baseline > 0 && Number.isFinite(baseline);
  const ratio = isBar && candidate !== null ? candidate / baseline : null;
  return {
    baseline,
    candidate,
    ratio,
    n: asked.length,
    beyondThreshold,
    beyondTolerance,
    standing: standing(beyondThreshold, beyondTolerance, ratio, margin),
  };
}

function standing(
  threshold: PairedDifference,
  tolerance: PairedDifference,
  ratio: number | null,
  margin: Margin,
): Standing {
  if (threshold.interval === null || tolerance.interval === null || ratio === null) return "unknown";
  if (threshold.interval.low > 0) return "breach";
  if (tolerance.interval.high < 0) return "healthy";
  return ratio > margin.threshold ? "watching" : "unknown";
}

const requests = ({ trials }: CasePair["baseline"]): readonly Request[] =>
  trials.flatMap(({ request }) => request ?? []);

/**
 * For each case the share of its requests beyond the bar, so that one in twenty of all is: requests that took exactly as long as
 * the bar share what is missing. Else equal times would make everything slower a breach.
 */
function beyondOwnBar(cases: readonly (readonly Request[])[], bar: number): (of: readonly Request[]) => number {
  const above = cases.reduce((sum, of) => sum + share(of, bar), 0);
  const atBar = cases.reduce((sum, of) => sum + shareAt(of, bar), 0);
  const weight = atBar === 0 ? 0 : Math.min(1, Math.max(0, (BEYOND * cases.length - above) / atBar));
  return (of) => share(of, bar) + weight * shareAt(of, bar);
}

/** Repeats of one case weigh as one. */
const share = (of: readonly Request[], bar: number): number =>
  meanOf(of.map(({ seconds, failed }) => (failed || seconds > bar ? 1 : 0))) ?? 0;

const shareAt = (of: readonly Request[], bar: number): number =>
  meanOf(of.map(({ seconds, failed }) => (!failed && seconds === bar ? 1 : 0))) ?? 0;
