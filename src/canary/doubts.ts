import type { ArmCounts, CanaryState } from "#src/canary/canary-state";
import type { Kpi } from "#src/canary/kpi";
import { ARMS } from "#src/canary/observation";

/** A baseline that fails more of its requests than this is no measure of what is good. */
const MOST_FAILED = 0.02;
/** Of fewer requests a share says nothing. */
const LEAST_COUNTED = 50;
/** Above this share of an arm's observations that came too late the others don't stand for them. */
const MOST_LATE = 0.05;

/**
 * The share of its requests that the baseline failed, where that is too much to compare anything with it; null: it isn't. A failure is the
 * worst score of both arms, so a broken baseline flatters the candidate.
 */
export function failingBaseline({ counts: { baseline } }: CanaryState): number | null {
  if (baseline.counted < LEAST_COUNTED) return null;
  const share = baseline.failed / baseline.counted;
  return share > MOST_FAILED ? share : null;
}

/** Whether the KPI says something only beside the baseline's. */
export function isCompared({ kind }: Kpi): boolean {
  switch (kind) {
    case "bounded-mean":
    case "paired-binary":
    case "p95-ratio":
    case "breadth":
      return true;
    case "rate":
    case "band":
    case "zero":
    case "traffic-split":
      return false;
  }
}

/** What is wrong with the data itself, a sentence each: it keeps from a pass, however good the numbers are. */
export function doubtsOf(state: CanaryState): string[] {
  const failing = failingBaseline(state);
  const { unreadable = 0 } = state;
  return [
    ...(failing === null
      ? []
      : [`the baseline failed ${percent(failing)} of its requests: what is compared with it proves nothing good`]),
    ...ARMS.flatMap((arm) => {
      const share = lateShare(state.counts[arm]);
      if (share <= MOST_LATE) return [];
      return [`${percent(share)} of the ${arm}'s requests came after their bucket was closed and count for nothing`];
    }),
    ...(unreadable === 0 ? [] : [`${unreadable} of the stored requests could not be read and count for nothing`]),
  ];
}

function lateShare({ counted, late }: ArmCounts): number {
  return late === 0 ? 0 : late / (counted + late);
}

const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`;
