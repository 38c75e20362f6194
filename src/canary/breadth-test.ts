import { addOutcome, BETS, logBets } from "#src/canary/bounded-mean";
import { addPairValues, type Evidence, logOverStarts, newEvidence } from "#src/canary/evidence";
import type { BreadthKpi } from "#src/canary/kpi";
import { logMeanExp } from "#src/canary/log-space";

/** Bets that it became narrower, and as many that it became wider. */
const WIDTH = 2 * BETS;

export const newBreadth = (): Evidence => newEvidence(WIDTH, 0);

/**
 * A pair of candidate counts, as X = min(count, cap)/cap. Narrower by more than s is D = X_c − (1 − s) X_b over d = 1, wider D =
 * (1 + s) X_b − X_c over d = 1 + s.
 */
export function addBreadthPair(
  evidence: Evidence,
  { threshold }: BreadthKpi,
  segment: number,
  cap: number,
  baseline: number,
  canary: number,
): void {
  const [b, c] = [Math.min(baseline, cap) / cap, Math.min(canary, cap) / cap];
  addPairValues(evidence, b, c);
  addOutcome(evidence.breach, segment * WIDTH, c - (1 - threshold) * b);
  addOutcome(evidence.breach, segment * WIDTH + BETS, ((1 + threshold) * b - c) / (1 + threshold));
}

export const logBreadthBreach = ({ breach }: Evidence): number =>
  logOverStarts(breach, (sums) => logMeanExp([logBets(sums.slice(0, BETS)), logBets(sums.slice(BETS))]));

/** How often each count was seen, and the mean. Beyond `MOST_VALUES` different counts new ones are only added up. */
export type BreadthCounts = { n: number; sum: number; different: number; values: { [count: string]: number } };
export const newBreadthCounts = (): BreadthCounts => ({ n: 0, sum: 0, different: 0, values: {} });

const MOST_VALUES = 1_000;

export function countBreadth(counts: BreadthCounts, breadth: number): void {
  counts.n++;
  counts.sum += breadth;
  const seen = counts.values[breadth];
  if (seen !== undefined) counts.values[breadth] = seen + 1;
  else if (counts.different < MOST_VALUES) {
    counts.different++;
    counts.values[breadth] = 1;
  }
}

const PINNED = 0.95;
/** Fewer answers than this show no clamp. */
const FEWEST = 100;
/** Standard errors by which the shares have to be apart: with 192 looks chance does it less than once in 10,000 canaries. */
const APART = 5;

/**
 * Whether a silent clamp pins the candidate: at least 95 % of its answers saw one and the same number of candidates, while the baseline's
 * commonest number is below that, by more than chance.
 */
export function isPinned(baseline: BreadthCounts, canary: BreadthCounts): boolean {
  if (baseline.n < FEWEST || canary.n < FEWEST) return false;
  const [usual, now] = [commonest(baseline), commonest(canary)];
  if (now < PINNED || usual >= PINNED) return false;
  const pooled = (usual * baseline.n + now * canary.n) / (baseline.n + canary.n);
  return now - usual > APART * Math.sqrt(pooled * (1 - pooled) * (1 / baseline.n + 1 / canary.n));
}

const commonest = ({ n, values }: BreadthCounts): number =>
  Object.values(values).reduce((most, count) => Math.max(most, count), 0) / n;
