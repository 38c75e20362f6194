export type LimiterErrorCode =
  /** The database couldn't be asked for as long as a lease lasts. */
  | "unreachable"
  /** The database refused: not migrated, the wrong role. */
  | "refused"
  /** The call's place may belong to somebody else by now. */
  | "lease-lost"
  /** The process is shutting down. */
  | "closed";

/** The limiter's one infrastructure failure. `retryable`: the same request may succeed without anybody changing anything. */
export class LimiterError extends Error {
  override readonly name = "LimiterError";
  readonly code: LimiterErrorCode;
  readonly retryable: boolean;

  constructor(code: LimiterErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.retryable = code === "unreachable" || code === "lease-lost";
  }
}

export const leaseLost = (why: string) =>
  new LimiterError("lease-lost", `The place of this model call may belong to another one by now: ${why}. Try again.`);

export const closed = () =>
  new LimiterError("closed", "Golive is shutting down and starts no more model calls. Ask again when it is back.");
