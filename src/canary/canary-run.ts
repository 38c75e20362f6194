import { evidenceOf } from "#src/canary/breach-evidence";
import type { CanaryState } from "#src/canary/canary-state";
import { BUCKET_MS, bucketEnd, bucketOf } from "#src/canary/clock";
import { closeBucket } from "#src/canary/close-bucket";
import { addValue } from "#src/canary/evidence";
import type { CanaryPolicy } from "#src/canary/kpi";
import { singleValue } from "#src/canary/measure";
import type { Observation } from "#src/canary/observation";
import type { QuestionLedger } from "#src/canary/question-ledger";

/** Takes observations as they come, and closes buckets when their time is over. */
export type CanaryRun = {
  readonly state: CanaryState;
  add(observation: Observation): void;
  /** Closes what is open: nothing more comes. */
  end(): void;
};

/**
 * A bucket is closed once the newest event is `lateness` milliseconds behind its end (0: a replay). Whoever comes for a closed bucket is
 * counted and never bet, except that what must not happen once has happened.
 */
export function runCanary(
  policy: CanaryPolicy,
  state: CanaryState,
  questions: QuestionLedger,
  lateness = 0,
): CanaryRun {
  /** Observations of open buckets. */
  const open = new Map<number, Observation[]>();
  let newest = Number.NEGATIVE_INFINITY;
  const close = (until: number) => {
    for (const bucket of [...open.keys()].sort((a, b) => a - b)) {
      if (bucketEnd(bucket) > until) return;
      closeBucket(policy, state, questions, bucket, open.get(bucket) ?? []);
      open.delete(bucket);
    }
  };
  return {
    state,
    add(observation) {
      const { at } = observation;
      const bucket = bucketOf(at);
      if (at > newest) {
        newest = at;
        close(newest - lateness);
      }
      // Also a bucket that nobody had come for is over when later ones are.
      if ((bucket + 1) * BUCKET_MS <= newest - lateness || (state.closed !== null && bucket <= state.closed)) {
        noteLate(policy, state, observation);
        return;
      }
      const waiting = open.get(bucket);
      if (waiting === undefined) open.set(bucket, [observation]);
      else waiting.push(observation);
    },
    end: () => close(Number.POSITIVE_INFINITY),
  };
}

/** An observation of a closed bucket. No bet, but a leak is a leak: the next closing will see it. */
export function noteLate(policy: CanaryPolicy, state: CanaryState, observation: Observation): void {
  state.counts[observation.arm].late++;
  if (observation.arm !== "canary") return;
  for (const kpi of policy.kpis) {
    if (kpi.kind === "zero" && singleValue(kpi, observation) === 1) addValue(evidenceOf(kpi, state), 1);
  }
}
