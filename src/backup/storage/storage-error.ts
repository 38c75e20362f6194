export type StorageErrorCode = "missing" | "full" | "denied" | "unreachable" | "failed";

/** The one failure of the boundary to where backups are kept. The message names the object and never holds a credential. */
export class StorageError extends Error {
  override readonly name = "StorageError";
  readonly code: StorageErrorCode;
  readonly retryable: boolean;

  constructor(code: StorageErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.retryable = code === "unreachable";
  }
}
