import { breachEvidence } from "#src/canary/breach-evidence";
import { countBreadth } from "#src/canary/breadth-test";
import type { CanaryState } from "#src/canary/canary-state";
import { bucketEnd, enterBucket, hear, isTooLate } from "#src/canary/clock";
import { segmentOf } from "#src/canary/evidence";
import { countGraded } from "#src/canary/graded-share";
import { breachBar, type CanaryPolicy } from "#src/canary/kpi";
import { addLatency, latencyQuantile } from "#src/canary/latency-sketch";
import { addPair, addSingle, type Frame } from "#src/canary/measure";
import { type Observation, SCORES, secondsOf } from "#src/canary/observation";
import { type ArmPair, inOrder, pairArms } from "#src/canary/pair-arms";
import type { QuestionLedger } from "#src/canary/question-ledger";
import { P95 } from "#src/canary/tail-test";

/**
 * Closes a bucket with all observations that fell into it, in any order: pairs them, adds the bets of each KPI, then looks whether a
 * breach is proven, and keeps that. Buckets are closed in their order, each once (throws a RangeError else); those without
 * observations need not be. Changes `state` and `questions`. Returns the pairs that it looked at; none behind the end of the window.
 */
export function closeBucket(
  policy: CanaryPolicy,
  state: CanaryState,
  questions: QuestionLedger,
  bucket: number,
  observations: readonly Observation[],
): readonly ArmPair[] {
  if (state.closed !== null && bucket <= state.closed) throw new RangeError(`bucket ${bucket} is closed already`);
  const hours = enterBucket(state.clock, bucket);
  state.closed = bucket;
  if (hours >= policy.durationHours || isTooLate(state.clock, bucket)) {
    for (const { arm } of observations) state.counts[arm].after++;
    return [];
  }
  const fresh = inOrder(observations);
  const carried = state.carry.bucket === bucket - 1 ? state.carry.observations : [];
  const { pairs, leftCarried, leftFresh } = pairArms(carried, fresh);
  const lost = carried.length > 0 ? leftCarried : state.carry.observations;
  for (const { arm } of lost) state.counts[arm].unpaired++;
  state.carry = { bucket, observations: [...leftFresh] };
  const frame: Frame = {
    segment: segmentOf(hours),
    bar: latencyQuantile(state.latency.baseline, P95),
    cap: capOf(state),
  };
  for (const [place, kpi] of policy.kpis.entries()) {
    for (const pair of pairs) addPair(state, questions, kpi, place, frame, pair);
    for (const observation of fresh) addSingle(state, kpi, frame, observation);
  }
  for (const observation of fresh) countIn(state, observation);
  latch(policy, state, bucketEnd(bucket));
  return pairs;
}

/** Twice the baseline's mean so far: what grows beyond that is wide, however wide. */
export function capOf({ breadth: { baseline } }: CanaryState): number | null {
  return baseline.sum > 0 ? (2 * baseline.sum) / baseline.n : null;
}

/** What is kept of every observation, whatever is bet on it. */
export function countIn(state: CanaryState, observation: Observation): void {
  const { arm, breadth, failed } = observation;
  hear(state.clock, arm);
  state.counts[arm].counted++;
  if (failed) state.counts[arm].failed++;
  const seconds = secondsOf(observation);
  if (seconds !== null) addLatency(state.latency[arm], seconds);
  if (breadth !== null) countBreadth(state.breadth[arm], breadth);
  for (const score of SCORES) {
    const graded = state.graded[score];
    if (graded !== undefined) countGraded(graded, observation, score);
  }
}

/** Looks once; what is proven stays proven, whatever comes later. */
export function latch({ kpis, alpha }: CanaryPolicy, state: CanaryState, end: number): void {
  for (const kpi of kpis) {
    const evidence = state.evidence[kpi.id];
    if (evidence === undefined || evidence.breachedAt !== null) continue;
    const { log, certain } = breachEvidence(kpi, state);
    if (certain || (kpi.kind !== "zero" && log !== null && log >= breachBar(kpi.weight, alpha)))
      evidence.breachedAt = end;
  }
}
