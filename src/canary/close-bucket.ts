import { breachEvidence } from "#src/canary/breach-evidence";
import { addBreadthPair, countBreadth } from "#src/canary/breadth-test";
import type { CanaryState } from "#src/canary/canary-state";
import { bucketEnd, enterBucket, hear, isTooLate } from "#src/canary/clock";
import { addValue, segmentOf } from "#src/canary/evidence";
import { countGraded } from "#src/canary/graded-share";
import { breachBar, type CanaryPolicy, type Kpi } from "#src/canary/kpi";
import { addLatency, latencyQuantile } from "#src/canary/latency-sketch";
import { addMeanPair } from "#src/canary/mean-test";
import { needsGold, type Observation, SCORES, scoreOf, secondsOf } from "#src/canary/observation";
import { type ArmPair, inOrder, pairArms } from "#src/canary/pair-arms";
import type { QuestionLedger } from "#src/canary/question-ledger";
import { addRate } from "#src/canary/rate-test";
import { addTailPair, P95 } from "#src/canary/tail-test";

/** What holds for a whole bucket; bars and caps come from earlier buckets, so that no bet knows what it is on. */
type Frame = { readonly segment: number; readonly bar: number | null; readonly cap: number | null };

/**
 * Closes a bucket with all observations that fell into it, in any order: pairs them, adds the bets of each KPI, then looks whether a
 * breach is proven, and keeps that. Buckets are closed in their order, each once (throws a RangeError else); those without
 * observations need not be. Changes `state` and `questions`.
 */
export function closeBucket(
  policy: CanaryPolicy,
  state: CanaryState,
  questions: QuestionLedger,
  bucket: number,
  observations: readonly Observation[],
): void {
  if (state.closed !== null && bucket <= state.closed) throw new RangeError(`bucket ${bucket} is closed already`);
  const hours = enterBucket(state.clock, bucket);
  state.closed = bucket;
  if (hours >= policy.durationHours || isTooLate(state.clock, bucket)) {
    for (const { arm } of observations) state.counts[arm].after++;
    return;
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
  for (const observation of fresh) count(state, observation);
  latch(policy, state, bucketEnd(bucket));
}

/** Twice the baseline's mean so far: what grows beyond that is wide, however wide. */
function capOf({ breadth: { baseline } }: CanaryState): number | null {
  return baseline.sum > 0 ? (2 * baseline.sum) / baseline.n : null;
}

function addPair(
  state: CanaryState,
  questions: QuestionLedger,
  kpi: Kpi,
  place: number,
  { segment, bar, cap }: Frame,
  { baseline, canary }: ArmPair,
): void {
  const evidence = state.evidence[kpi.id];
  if (evidence === undefined) throw new Error(`the state holds no evidence of ${kpi.id}: it is of another policy`);
  switch (kpi.kind) {
    case "bounded-mean":
    case "paired-binary": {
      const [b, c] = [scoreOf(baseline, kpi.of), scoreOf(canary, kpi.of)];
      if (b === null || c === null) return;
      const { queryId } = canary;
      if (queryId !== null && needsGold(kpi.of) && !questions.take(queryId, place)) return;
      addMeanPair(evidence, kpi, segment, b, c);
      return;
    }
    case "p95-ratio": {
      const [b, c] = [secondsOf(baseline), secondsOf(canary)];
      if (b !== null && c !== null && bar !== null) addTailPair(evidence, kpi, segment, bar, b, c);
      return;
    }
    case "breadth": {
      const most = kpi.cap ?? cap;
      if (baseline.breadth !== null && canary.breadth !== null && most !== null)
        addBreadthPair(evidence, kpi, segment, most, baseline.breadth, canary.breadth);
      return;
    }
    case "rate":
    case "band":
    case "zero":
    case "traffic-split":
      return;
  }
}

/** What one observation says by itself. Of the baseline only the value is kept, to be shown beside. */
function addSingle(state: CanaryState, kpi: Kpi, { segment }: Frame, observation: Observation): void {
  const evidence = state.evidence[kpi.id];
  const value = singleValue(kpi, observation);
  if (evidence === undefined || value === null) return;
  if (observation.arm === "baseline") {
    evidence.baselineN++;
    evidence.baseline += value;
  } else if (kpi.kind === "rate" || kpi.kind === "band") addRate(evidence, segment, value);
  else addValue(evidence, value);
}

/** What a KPI looks at in a single observation; null: nothing, or not said. */
export function singleValue(
  kpi: Kpi,
  { tools, dedupRate, budgetViolation, prefixLeakage }: Observation,
): number | null {
  const asNumber = (flag: boolean | null) => (flag === null ? null : Number(flag));
  switch (kpi.kind) {
    case "rate":
      if (tools === null) return null;
      return (kpi.of === "schema_ok" ? tools.conforming : tools.announced) / tools.calls;
    case "band":
      return dedupRate;
    case "zero":
      if (kpi.of === "budget_violation") return asNumber(budgetViolation);
      if (kpi.of === "prefix_leakage") return asNumber(prefixLeakage);
      return tools === null ? null : Number(tools.unrehearsed > 0);
    case "traffic-split":
      return 1;
    case "bounded-mean":
    case "paired-binary":
    case "p95-ratio":
    case "breadth":
      return null;
  }
}

function count(state: CanaryState, observation: Observation): void {
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
function latch({ kpis, alpha }: CanaryPolicy, state: CanaryState, end: number): void {
  for (const kpi of kpis) {
    const evidence = state.evidence[kpi.id];
    if (evidence === undefined || evidence.breachedAt !== null) continue;
    const { log, certain } = breachEvidence(kpi, state);
    if (certain || (kpi.kind !== "zero" && log !== null && log >= breachBar(kpi.weight, alpha)))
      evidence.breachedAt = end;
  }
}
