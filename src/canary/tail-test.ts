import { logBernoulli } from "#src/canary/bernoulli-test";
import { addOutcome, BETS, logBets } from "#src/canary/bounded-mean";
import { addPairValues, type Evidence, logOverStarts, newEvidence } from "#src/canary/evidence";
import type { TailKpi } from "#src/canary/kpi";

/** The percentile that is compared. */
export const P95 = 0.95;

export const newTail = (): Evidence => newEvidence(BETS, BETS);

/**
 * A pair of latencies in seconds (Infinity: failed) against the bar x, the baseline's running p95 as it was before this bucket. Breach,
 * H0: p95_c ≤ ratio · p95_b, by D = 1{b > x} − 1{c/ratio > x}, of which each has the mean 0.05 where the two are equal. Healthy is the
 * mirror image at the tolerance.
 */
export function addTailPair(
  evidence: Evidence,
  kpi: TailKpi,
  segment: number,
  bar: number,
  baseline: number,
  canary: number,
): void {
  const usual = baseline > bar ? 1 : 0;
  const beyond = canary / kpi.threshold > bar ? 1 : 0;
  const tolerable = canary / kpi.tolerance > bar ? 1 : 0;
  addPairValues(evidence, usual, beyond);
  addOutcome(evidence.breach, segment * BETS, usual - beyond);
  addOutcome(evidence.healthy, 0, tolerable - usual);
}

export const logTailBreach = ({ breach }: Evidence): number => logOverStarts(breach, logBets);
export const logTailHealthy = ({ healthy }: Evidence): number => logBets(healthy);

/**
 * ln E that the candidate's quantile is above `ratio` times the baseline's, from two whole samples (seconds; Infinity: failed). If it isn't,
 * some x has Q_c/ratio ≤ x ≤ Q_b, where both "at most 1 − q of c/ratio are above x" and "at most q of b are below x" hold; so the least
 * product of the two tests' E over all x is an E-value (Howard & Ramdas, "Sequential estimation of quantiles", 2022). NaN without samples.
 */
export function logQuantileRatio(
  baseline: readonly number[],
  canary: readonly number[],
  ratio: number,
  quantile = P95,
): number {
  if (baseline.length === 0 || canary.length === 0) return Number.NaN;
  const scaled = canary.map((seconds) => seconds / ratio).sort(up);
  const usual = baseline.toSorted(up);
  let least = Number.POSITIVE_INFINITY;
  let [above, below] = [0, 0];
  // E changes only where x passes a value; between two values it is least right at the upper one, where `above` no longer counts it.
  for (const x of [...new Set([...scaled, ...usual])].sort(up)) {
    while (above < scaled.length && (scaled[above] ?? 0) <= x) above++;
    while (below < usual.length && (usual[below] ?? 0) < x) below++;
    const log =
      logBernoulli(scaled.length - above, scaled.length, 1 - quantile) + logBernoulli(below, usual.length, quantile);
    if (log < least) least = log;
  }
  return least;
}

const up = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);
