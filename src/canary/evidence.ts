import { logMeanExp } from "#src/canary/log-space";

/** A regression can begin at any hour, so the evidence is begun anew every so many hours with data, at most so often: 0, 6, … 42 h. */
export const SEGMENTS = 8;
export const SEGMENT_HOURS = 6;

/** In which segment an hour with data falls. What comes after the last start stays in the last segment: `extend` adds none. */
export const segmentOf = (dataHours: number): number => Math.min(SEGMENTS - 1, Math.floor(dataHours / SEGMENT_HOURS));

/** What is kept of a KPI, however many observations there were. Plain numbers: it can be stored as JSON and read back. */
export type Evidence = {
  /** Pairs that were bet, or traces of the candidate where there is nothing to pair. */
  n: number;
  /** Σ of the candidate's and the baseline's values, over `n` and `baselineN`. */
  canary: number;
  baseline: number;
  baselineN: number;
  /** Σ D and Σ D² with D = baseline − candidate (without a baseline: the candidate's value). */
  difference: number;
  square: number;
  /** For each segment as many numbers as the KPI's test needs. */
  breach: number[];
  /** Over the whole window. */
  healthy: number[];
  /** Milliseconds: the end of the bucket at whose closing the breach was proven. It is never taken back. */
  breachedAt: number | null;
};

export const newEvidence = (width: number, healthyWidth: number): Evidence => ({
  n: 0,
  canary: 0,
  baseline: 0,
  baselineN: 0,
  difference: 0,
  square: 0,
  breach: Array<number>(SEGMENTS * width).fill(0),
  healthy: Array<number>(healthyWidth).fill(0),
  breachedAt: null,
});

/** Counts a pair in: `candidate` and `baseline` are values of the same thing. */
export function addPairValues(evidence: Evidence, baseline: number, candidate: number): void {
  const difference = baseline - candidate;
  evidence.n++;
  evidence.baselineN++;
  evidence.canary += candidate;
  evidence.baseline += baseline;
  evidence.difference += difference;
  evidence.square += difference * difference;
}

/** Counts a value of the candidate alone in. */
export function addValue(evidence: Evidence, value: number): void {
  evidence.n++;
  evidence.canary += value;
  evidence.difference += value;
  evidence.square += value * value;
}

/**
 * ln of (1/8) Σ_j E_{s_j→t}: the average over the starts s_j, of which one that was not reached counts 1 (its sums are still zero, and a
 * test on nothing has E = 1). `logE` gets the sums from a start on.
 */
export function logOverStarts(breach: readonly number[], logE: (sums: readonly number[]) => number): number {
  const width = breach.length / SEGMENTS;
  const since = Array<number>(width).fill(0);
  const logs: number[] = [];
  for (let segment = SEGMENTS - 1; segment >= 0; segment--) {
    for (let i = 0; i < width; i++) since[i] = (since[i] ?? 0) + (breach[segment * width + i] ?? 0);
    logs.push(logE(since));
  }
  return logMeanExp(logs);
}
