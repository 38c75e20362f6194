import type { Priority } from "#src/models/model-call";

/** What one process may do, from `models.limits`. */
export type ModelLimits = {
  /** Calls under way at once, over all processes. */
  readonly maxInFlight: number;
  /** Starts per second, over all processes. */
  readonly perSecond: number;
  /** Calls under way at once in this process. */
  readonly workers: number;
};

export type PlaceRequest = {
  readonly priority: Priority;
  /** How many model calls it stands for: so many of the rate, one place in flight. Default 1. */
  readonly calls?: number;
  /** Leaves the line at once, or aborts the signal that the work got. */
  readonly signal: AbortSignal;
};

/** The limits in force and who stands in line, over all processes. */
export type LimiterState = {
  /** In force: the stricter ones of the processes that take part; ours when none does. */
  readonly maxInFlight: number;
  readonly perSecond: number;
  readonly inFlight: number;
  readonly waiting: Readonly<Record<Priority, number>>;
  /** Epoch milliseconds, both on the database's clock: when the next call may start, and what the clock says. */
  readonly nextAt: number;
  readonly now: number;
  /** Settings of the processes that take part, and of how many. More than one entry: the replicas are configured differently. */
  readonly configured: readonly {
    readonly maxInFlight: number;
    readonly perSecond: number;
    /** In each of them. */
    readonly workers: number;
    readonly processes: number;
  }[];
};

/** Places for model calls, shared by every process that uses the same database. */
export interface ModelLimiter {
  /**
   * Waits for a place, runs `work`, and gives the place back when `work` has settled, whatever came of it. Of all waiting
   * requests anywhere the one of the highest priority goes first, the oldest of its priority before the others.
   *
   * The signal that `work` gets is aborted with the caller's reason, or with `LimiterError` `lease-lost` when the place may
   * be given to somebody else; work that goes on nevertheless breaks the limit. Rejects with the caller's reason when it
   * stops waiting, with what `work` threw, or with `LimiterError`; never with an answer that came after the place was lost.
   */
  run<T>(request: PlaceRequest, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** As the database says now. */
  state(): Promise<LimiterState>;
  /** Nobody starts any more: those who wait are rejected, running work is aborted and waited for. Then this process is gone. */
  close(): Promise<void>;
}
