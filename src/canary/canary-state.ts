import { type BreadthCounts, newBreadth, newBreadthCounts } from "#src/canary/breadth-test";
import { type Clock, newClock } from "#src/canary/clock";
import { type Evidence, newEvidence } from "#src/canary/evidence";
import { type Graded, newGraded } from "#src/canary/graded-share";
import type { CanaryPolicy, Kpi } from "#src/canary/kpi";
import { type LatencySketch, newSketch } from "#src/canary/latency-sketch";
import { newMean } from "#src/canary/mean-test";
import type { Arm, Score } from "#src/canary/observation";
import type { Carry } from "#src/canary/pair-arms";
import { newRate } from "#src/canary/rate-test";
import { newTail } from "#src/canary/tail-test";

/** What became of the observations of an arm. */
export type ArmCounts = {
  /** In a bucket of the window when it was closed. */
  counted: number;
  failed: number;
  /** Of a bucket that was closed already: never bet. */
  late: number;
  /** Found no partner in their bucket and the next. */
  unpaired: number;
  /** Behind the end of the window. */
  after: number;
};

/**
 * All that is known of a canary between two buckets, of the same size at hour 1 and hour 47. Plain JSON: whoever stores it can go on with
 * it. `closeBucket` is what changes it.
 */
export type CanaryState = {
  clock: Clock;
  /** The last bucket that was closed. */
  closed: number | null;
  carry: Carry;
  latency: { [arm in Arm]: LatencySketch };
  breadth: { [arm in Arm]: BreadthCounts };
  graded: { [score in Score]?: Graded };
  evidence: { [kpi: string]: Evidence };
  counts: { [arm in Arm]: ArmCounts };
  /** Stored observations that could not be read; left out: none. */
  unreadable?: number;
};

const noCounts = (): ArmCounts => ({ counted: 0, failed: 0, late: 0, unpaired: 0, after: 0 });

export function newCanary({ kpis }: CanaryPolicy): CanaryState {
  const scores = kpis.flatMap((kpi) => (kpi.kind === "bounded-mean" || kpi.kind === "paired-binary" ? [kpi.of] : []));
  return {
    clock: newClock(),
    closed: null,
    carry: { bucket: 0, observations: [] },
    latency: { baseline: newSketch(), canary: newSketch() },
    breadth: { baseline: newBreadthCounts(), canary: newBreadthCounts() },
    graded: Object.fromEntries(scores.map((score) => [score, newGraded()])),
    evidence: Object.fromEntries(kpis.map((kpi) => [kpi.id, freshEvidence(kpi)])),
    counts: { baseline: noCounts(), canary: noCounts() },
  };
}

function freshEvidence(kpi: Kpi): Evidence {
  switch (kpi.kind) {
    case "bounded-mean":
    case "paired-binary":
      return newMean(kpi);
    case "p95-ratio":
      return newTail();
    case "rate":
    case "band":
      return newRate();
    case "breadth":
      return newBreadth();
    case "zero":
    case "traffic-split":
      return newEvidence(0, 0);
  }
}
