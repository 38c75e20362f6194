import { logBernoulli } from "#src/canary/bernoulli-test";
import { addValue, type Evidence, logOverStarts, newEvidence } from "#src/canary/evidence";
import type { BandKpi, RateKpi } from "#src/canary/kpi";
import { logMeanExp } from "#src/canary/log-space";

/** Σ of the unit rates, and how many units. */
const WIDTH = 2;

export const newRate = (): Evidence => newEvidence(WIDTH, 0);

/** One trace's share, 0 to 1: the unit is the trace, since what happens inside of one hangs together. */
export function addRate(evidence: Evidence, segment: number, rate: number): void {
  addValue(evidence, rate);
  const at = segment * WIDTH;
  evidence.breach[at] = (evidence.breach[at] ?? 0) + rate;
  evidence.breach[at + 1] = (evidence.breach[at + 1] ?? 0) + 1;
}

/** Breach, H0: the rate is at least the threshold, tested as the rate of what is missing being at most 1 − threshold. */
export const logRateBreach = ({ breach }: Evidence, { threshold }: RateKpi): number =>
  logOverStarts(breach, ([sum = 0, n = 0]) => logAbove(n - sum, n, 1 - threshold));

/** Breach, H0: the rate is within the band; the average of the two one-sided tests. */
export const logBandBreach = ({ breach }: Evidence, { least, most }: BandKpi): number =>
  logOverStarts(breach, ([sum = 0, n = 0]) => logMeanExp([logAbove(sum, n, most), logAbove(n - sum, n, 1 - least)]));

/** Sums of rates are off by rounding: never below nothing or above all. */
const logAbove = (k: number, n: number, bar: number): number => logBernoulli(Math.min(n, Math.max(0, k)), n, bar);
