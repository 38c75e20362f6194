export type ModelErrorCode =
  /** No such model, profile or ARN in this region, or it can't be asked like this. */
  | "unknown-model"
  /** The provider's quota was used up until the retry budget ended. */
  | "throttled"
  /** No whole answer within the time of one call. */
  | "timeout"
  /** Not a single piece of text within the time for it. */
  | "no-first-text"
  /** No connection, or the provider failed. */
  | "unavailable"
  /** Another model answered than the one asked. */
  | "wrong-model"
  /** The answer broke off, or was damaged on its way. */
  | "truncated"
  /** Not of the asked shape, also after the repair try, or cut at its token limit; or not what the protocol says. */
  | "bad-output"
  /** A vector of another length than asked. */
  | "wrong-dimension"
  /** Missing or wrong credentials, or rights. */
  | "denied"
  /** The provider refused the request as wrong. */
  | "invalid-request"
  /** The caller gave up, or the place at the limiter was lost. */
  | "cancelled"
  /** An evaluation may not be asked like this; nothing was sent. */
  | "sampling-refused"
  /** The prompt audit could not be written, so that the answer would be without a record. */
  | "not-recorded";

const RETRYABLE: ReadonlySet<ModelErrorCode> = new Set([
  "throttled",
  "timeout",
  "no-first-text",
  "unavailable",
  "truncated",
]);

/**
 * The one failure of the models' boundary. `retryable`: the same request may succeed later. None of these is ever a score:
 * a call that failed says nothing about the quality of a model. Neither message nor cause holds a prompt or credentials.
 */
export class ModelError extends Error {
  override readonly name = "ModelError";
  readonly code: ModelErrorCode;
  readonly retryable: boolean;
  /** Milliseconds that the provider asked to wait; null when it didn't say. */
  readonly retryAfterMs: number | null;
  /** What the request took although it failed: requests sent, and tokens of the answers that were of no use. */
  spent: { readonly requests: number; readonly inputTokens: number; readonly outputTokens: number } = {
    requests: 0,
    inputTokens: 0,
    outputTokens: 0,
  };

  constructor(
    code: ModelErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly retryAfterMs?: number | null } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.retryable = RETRYABLE.has(code);
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
}
