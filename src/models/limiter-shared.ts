import PQueue from "p-queue";
import type { ModelLimiter } from "#src/models/limiter";
import type { Bell } from "#src/models/limiter-bell";
import { createMember, type MemberOptions } from "#src/models/limiter-member";

export type SharedOptions = MemberOptions & {
  /** Opened with the first request. */
  readonly openBell: ((onRing: (member: string | null) => void) => Bell) | null;
};

/**
 * Runs work in places that are shared with other processes. This process says what it wants and is told what it has; it
 * takes part, and its settings count, from its first request until `close`, or until its lease ends.
 */
export function createSharedLimiter({ openBell, ...options }: SharedOptions): ModelLimiter {
  const { rows, limits, now } = options;
  const member = createMember(options);
  // The rows give this process no more places than that. Work that goes on after its place was lost stays in here, so that
  // never more than `workers` run.
  const queue = new PQueue({ concurrency: limits.workers });
  let bell: Bell | null = null;

  async function untilStart(at: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    for (let left = at - now(); left > 0; left = at - now()) {
      await pause(left, signal);
      signal.throwIfAborted();
    }
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

/** Resolves after `ms`, or when the signal is aborted. A timer never fires early: milliseconds are rounded up. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, Math.ceil(ms));
  const stop = () => resolve();
  signal.addEventListener("abort", stop, { once: true });
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  });
}
