import { setTimeout as sleep } from "node:timers/promises";
import PQueue from "p-queue";
import type { Pool } from "pg";
import type { ModelLimiter, ModelLimits } from "#src/models/limiter";
import { type Bell, createBell } from "#src/models/limiter-bell";
import { createMember } from "#src/models/limiter-member";
import { createLimitRows, type LimitRows } from "#src/models/limiter-sql";

export type LimiterOptions = {
  /** As golive_app. A connection is used for moments only, never while somebody waits. */
  readonly pool: Pool;
  /** The same database, for one connection more that hears of freed places. Null (behind a transaction pooler): looks only. */
  readonly listenUrl: string | null;
  readonly limits: ModelLimits;
  /** How long the places of a process that died stay taken. Longer than its event loop or the database ever stand still. */
  readonly leaseMs?: number;
  /** Machine time in milliseconds; only differences count. */
  readonly now?: () => number;
  /** Failures that pass or are told elsewhere too: for the log only. */
  readonly onError?: (error: unknown) => void;
  /** For tests: other rows than those of `pool`. */
  readonly rows?: LimitRows;
};

export const LEASE_MS = 15_000;

/**
 * Places in rows of Golive's own database. The line, the places and the rate are decided there, on its clock; a process
 * says what it wants and is told what it has. It takes part from its first request until `close`, or until its lease ends.
 */
export function createModelLimiter(options: LimiterOptions): ModelLimiter {
  const {
    pool,
    listenUrl,
    limits,
    leaseMs = LEASE_MS,
    now = () => performance.now(),
    onError = () => undefined,
  } = options;
  const rows = options.rows ?? createLimitRows(pool, leaseMs / 5);
  const member = createMember({ rows, limits, leaseMs, now, onError });
  // The database gives this process no more places than that. Work that goes on after its place was lost stays in here,
  // so that no more than `workers` ever run.
  const queue = new PQueue({ concurrency: limits.workers });
  let bell: Bell | null = null;

  async function untilStart(at: number, signal: AbortSignal): Promise<void> {
    for (let left = at - now(); left > 0; left = at - now()) {
      signal.throwIfAborted();
      // The signal's reason is what the caller is told, not that a timer was aborted.
      await sleep(Math.ceil(left), undefined, { signal }).catch(() => undefined);
    }
    signal.throwIfAborted();
  }

  return {
    async run({ priority, calls = 1, signal }, work) {
      if (!Number.isInteger(calls) || calls < 1)
        throw new RangeError(`calls must be a whole number from 1, not ${calls}`);
      bell ??= listenUrl === null ? null : createBell({ url: listenUrl, onRing: member.ring, onError });
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
