import type { Arm, Observation } from "#src/canary/observation";

export type ArmPair = { readonly baseline: Observation; readonly canary: Observation };

/** What found no partner yet, and in which bucket it arrived. */
export type Carry = { bucket: number; observations: Observation[] };

/** By time, ties by trace id: whatever order the lines came in. */
export function inOrder(observations: readonly Observation[]): Observation[] {
  return observations.toSorted((a, b) => a.at - b.at || (a.traceId < b.traceId ? -1 : a.traceId > b.traceId ? 1 : 0));
}

/**
 * Pairs what answers the same question, first in, first out; observations without a question are paired by arrival. `carried` are those
 * of the bucket before, which come first. Returns what is left over, of each of the two lists.
 */
export function pairArms(
  carried: readonly Observation[],
  fresh: readonly Observation[],
): {
  readonly pairs: readonly ArmPair[];
  readonly leftCarried: readonly Observation[];
  readonly leftFresh: readonly Observation[];
} {
  const pairs: ArmPair[] = [];
  /** For each question those who wait, all of one arm. */
  const waiting = new Map<string | null, Queue>();
  for (const observation of [...carried, ...fresh]) {
    const queue = waiting.get(observation.queryId);
    if (queue === undefined) {
      waiting.set(observation.queryId, { arm: observation.arm, next: 0, observations: [observation] });
      continue;
    }
    const first = queue.observations[queue.next];
    if (first === undefined || queue.arm === observation.arm) {
      queue.arm = observation.arm;
      queue.observations.push(observation);
      continue;
    }
    queue.next++;
    pairs.push(
      observation.arm === "canary"
        ? { baseline: first, canary: observation }
        : { baseline: observation, canary: first },
    );
  }
  const left = new Set([...waiting.values()].flatMap(({ next, observations }) => observations.slice(next)));
  return {
    pairs,
    leftCarried: carried.filter((each) => left.has(each)),
    leftFresh: fresh.filter((each) => left.has(each)),
  };
}

type Queue = { arm: Arm; next: number; readonly observations: Observation[] };
