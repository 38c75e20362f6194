export type JournalErrorCode =
  /** The database can't be reached, or the connection broke before anything was committed. */
  | "unreachable"
  /** The connection broke during COMMIT: committed or not. Deciding again under the same key is safe. */
  | "outcome-unknown"
  /** Somebody else held the service's lock for too long, or Postgres ended the transaction. */
  | "busy"
  /** Another transaction was faster: the stream moved, or the key is being answered right now. */
  | "conflict"
  /** The service already has an open release. */
  | "release-open"
  /** The event can't be stored exactly: not JSON, a NUL character, half a surrogate pair, a fractional time. */
  | "unstorable"
  /** Somebody tried to change or remove what is append-only. */
  | "append-only"
  /** The role may not do this, or (in `serve`) may do too much. */
  | "wrong-role"
  /** The database is older or newer than this program. */
  | "schema-mismatch"
  /** The journal holds something this program can't read. */
  | "unreadable"
  /** Anything else that Postgres said no to. */
  | "failed";

/** The journal's one infrastructure failure. `retryable`: the same call may succeed without anybody changing anything. */
export class JournalError extends Error {
  override readonly name = "JournalError";
  readonly code: JournalErrorCode;
  readonly retryable: boolean;

  constructor(code: JournalErrorCode, retryable: boolean, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.retryable = retryable;
  }
}
