import PQueue from "p-queue";
import type { ModelLimiter } from "#src/models/limiter";
import type { Bell } from "#src/models/limiter-bell";
import { createMember, type MemberOptions } from "#src/models/limiter-member";
import { waitFor } from "#src/models/machine-clock";

export type SharedOptions = MemberOptions & {
  /** Opened with the first request. */
  readonly openBell: ((onRing: (member: string | null) => void) => Bell) | null;
};

/**
 * Runs work in places that are shared with other processes. This process says what it wants and is told what it has; it
 * takes part, and its settings count, from its first request until `close`, or until its lease ends.
 */
export function createSharedLimiter({ openBell, ...options }: SharedOptions): ModelLimiter {
  const { rows, limits, clock } = options;
  const member = createMember(options);
  // The rows give this process no more places than that. Work that goes on after its place was lost stays in here, so that
  // never more than `workers` run.
  const queue = new PQueue({ concurrency: limits.workers });
  let bell: Bell | null = null;

  async function untilStart(at: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    // A timer can be a fraction of a millisecond early.
    for (let left = at - clock.now(); left > 0; left = at - clock.now()) await waitFor(clock, Math.ceil(left), signal);
  }

  return {
    async run({ priority, calls = 1, signal }, work) {
      if (!Number.isInteger(calls) || calls < 1) {
        throw new RangeError(`a request stands for a whole number of calls, not for ${calls}`);
      }
      bell ??= openBell?.(member.ring) ?? null;
      const place = await member.enter({ priority, calls }, signal);
      const both = AbortSignal.any([signal, place.ended]);
      try {
        return await queue.add(async () => {
          await untilStart(place.startAt, both);
          const result = await work(both);
          place.ended.throwIfAborted();
          return result;
        });
      } catch (error) {
        place.ended.throwIfAborted();
        throw error;
      } finally {
        place.leave();
      }
    },
    state: () => rows.state(limits),
    async close() {
      member.shut();
      await queue.onIdle();
      await member.leave();
      await bell?.close();
    },
  };
}
