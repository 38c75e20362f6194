import type { Pool } from "pg";
import type { ModelLimiter, ModelLimits } from "#src/models/limiter";
import { createBell } from "#src/models/limiter-bell";
import { createSharedLimiter } from "#src/models/limiter-shared";
import { createLimitRows } from "#src/models/limiter-sql";

export type LimiterOptions = {
  /** As golive_app. A connection is used for moments only, never while somebody waits. */
  readonly pool: Pool;
  /** The same database, for one more connection that hears of freed places. Null (behind a transaction pooler): looks only. */
  readonly listenUrl: string | null;
  readonly limits: ModelLimits;
  /** How long the places of a process that died stay taken. Longer than its event loop or the database ever stand still. */
  readonly leaseMs?: number;
  /** Machine time in milliseconds; only differences count. */
  readonly now?: () => number;
  /** Failures that pass or are told elsewhere too: for the log only. */
  readonly onError?: (error: unknown) => void;
};

export const LEASE_MS = 15_000;

/** Several answers may be lost within one lease before it is. */
const ANSWERS_PER_LEASE = 5;

/** Places in rows of Golive's own database: the line, the places and the rate are decided there (migration 0005), on its clock. */
export function createModelLimiter(options: LimiterOptions): ModelLimiter {
  const { pool, listenUrl, limits, leaseMs = LEASE_MS, onError = () => undefined } = options;
  return createSharedLimiter({
    rows: createLimitRows(pool, leaseMs / ANSWERS_PER_LEASE),
    limits,
    leaseMs,
    now: options.now ?? (() => performance.now()),
    onError,
    openBell: listenUrl === null ? null : (onRing) => createBell({ url: listenUrl, onRing, onError }),
  });
}
