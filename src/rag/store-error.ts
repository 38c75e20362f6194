export type RagStoreErrorCode =
  /** No connection, or it broke. */
  | "unreachable"
  /** The caller gave up; the statement was cancelled in the database. */
  | "aborted"
  /** The statement ran longer than its limit. */
  | "timeout"
  /** Somebody else holds what was needed: deadlock, serialization, lock timeout. */
  | "busy"
  /** Wrong credentials or missing rights. */
  | "denied"
  /** A configured table, column or schema does not exist. */
  | "missing"
  /** A value or pattern that Postgres does not accept. */
  | "invalid-value"
  /** The pointer is not one row with both columns set, nor an empty one. */
  | "pointer-broken"
  | "failed";

const RETRYABLE: ReadonlySet<RagStoreErrorCode> = new Set(["unreachable", "timeout", "busy"]);

/**
 * The one failure of the RAG store's boundary. `sqlState` is Postgres's code when there was one. Neither the message nor
 * the cause ever holds the connection string or its password.
 */
export class RagStoreError extends Error {
  override readonly name = "RagStoreError";
  readonly code: RagStoreErrorCode;
  readonly retryable: boolean;
  readonly sqlState: string | null;

  constructor(code: RagStoreErrorCode, message: string, options: { cause?: unknown; sqlState?: string | null } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.retryable = RETRYABLE.has(code);
    this.sqlState = options.sqlState ?? null;
  }
}

const SAYS: Readonly<Record<Exclude<RagStoreErrorCode, "pointer-broken">, string>> = {
  unreachable: "The RAG store could not be reached",
  aborted: "The question to the RAG store was cancelled before its answer",
  timeout: "The RAG store did not answer within its time limit",
  busy: "The RAG store was busy with a conflicting change",
  denied: "The RAG store refused access",
  missing: "A table or column that golive.yaml names does not exist in the RAG store",
  "invalid-value": "The RAG store did not accept a value",
  failed: "The RAG store answered with an error",
};

function codeOf(sqlState: string | null): Exclude<RagStoreErrorCode, "pointer-broken" | "aborted"> {
  if (sqlState === null || !/^[0-9A-Z]{5}$/.test(sqlState)) return "unreachable";
  const category = sqlState.slice(0, 2);
  if (sqlState === "57014") return "timeout";
  if (category === "08" || category === "57" || category === "53") return "unreachable";
  if (category === "40" || sqlState === "55P03") return "busy";
  if (category === "28" || sqlState === "42501") return "denied";
  if (["42P01", "42703", "3F000", "3D000", "42883"].includes(sqlState)) return "missing";
  if (category === "22") return "invalid-value";
  return "failed";
}

const field = (error: unknown, key: string): string | null => {
  if (typeof error !== "object" || error === null || !(key in error)) return null;
  const value: unknown = Reflect.get(error, key);
  return typeof value === "string" ? value : null;
};

/** Turns whatever the driver threw into a `RagStoreError`; `secrets` are blotted out of text and cause. */
export function toRagStoreError(error: unknown, secrets: readonly string[], aborted: boolean): RagStoreError {
  if (error instanceof RagStoreError) return error;
  const blot = (text: string): string => secrets.reduce((left, secret) => left.replaceAll(secret, "[secret]"), text);
  const sqlState = field(error, "code");
  const said = blot(error instanceof Error ? error.message : String(error));
  const code = aborted ? "aborted" : codeOf(sqlState);
  // The driver's own error object may carry the whole connection string (`input` of an invalid URL): only text goes on.
  const cause = new Error(said);
  cause.name = error instanceof Error ? error.name : "Error";
  return new RagStoreError(code, `${SAYS[code]}: ${said || (sqlState ?? "no reason given")}`, { cause, sqlState });
}
