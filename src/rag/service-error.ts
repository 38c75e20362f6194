export type RagServiceErrorCode =
  /** No connection, or it broke before the answer was whole. */
  | "unreachable"
  /** No whole answer within the service's time limit; the request was cancelled. */
  | "timeout"
  /** The caller gave up; the connection was closed. */
  | "cancelled"
  /** 401 or 403: no token, or a wrong one. */
  | "denied"
  /** Another status than 200. `status` has it. */
  | "http-status"
  /** The body went on after its bound; the rest was not read. */
  | "too-large"
  /** HTML, broken JSON, or bytes that are not UTF-8. */
  | "not-json"
  /** JSON that docs/rag-service.md doesn't describe: the message names the first wrong field. */
  | "bad-shape";

/** Statuses that say "later", not "never". */
const LATER = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * The one failure of the RAG service's boundary. It says nothing about the quality of an answer: a failed request is never
 * a score. Neither message nor cause holds the token, or more of the address than its host.
 */
export class RagServiceError extends Error {
  override readonly name = "RagServiceError";
  readonly code: RagServiceErrorCode;
  readonly retryable: boolean;
  /** The HTTP status when there was one. */
  readonly status: number | null;
  /** Milliseconds that the service asked to wait; null when it didn't say. */
  readonly retryAfterMs: number | null;

  constructor(
    code: RagServiceErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly status?: number; readonly retryAfterMs?: number | null } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.status = options.status ?? null;
    this.retryAfterMs = options.retryAfterMs ?? null;
    this.retryable =
      code === "unreachable" || code === "timeout" || (code === "http-status" && LATER.has(options.status ?? 0));
  }
}
