import { Client } from "pg";

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

/** Shorter pieces say next to nothing of a password, and blotting them would leave no readable sentence. */
const SHORTEST_PIECE = 3;

/** The password as the driver itself reads it from the connection string; it connects nowhere. */
function driverPassword(connectionString: string): string | undefined {
  try {
    return new Client({ connectionString }).password;
  } catch {
    // Not a connection string to the driver: the other readings have to do.
    return undefined;
  }
}

/**
 * Every spelling under which the connection string's password could stand in an error's text: as the driver reads it, as a
 * stricter or laxer reader would, and the pieces that are left of it when somebody splits at the wrong `@`, `:` or `/`.
 */
export function secretsOf(connectionString: string): readonly string[] {
  const found = new Set<string>([connectionString]);
  // Up to the last @ of all, and up to the last one before a path: which of them ends it depends on the reader.
  const toLast = /^[a-z][a-z0-9+.-]*:\/\/[^:@/]*:(.*)@/is.exec(connectionString)?.[1];
  const toPath = /^[a-z][a-z0-9+.-]*:\/\/[^:@/]*:([^/?#]*)@/i.exec(connectionString)?.[1];
  const inQuery = /[?&]password=([^&]*)/i.exec(connectionString)?.[1];
  const keyword = /(?:^|\s)password\s*=\s*(?:'([^']*)'|(\S+))/i.exec(connectionString);
  const readings = [driverPassword(connectionString), toLast, toPath, inQuery, keyword?.[1] ?? keyword?.[2]];
  for (const raw of readings) {
    if (raw === undefined || raw === null || raw === "") continue;
    for (const spelling of [raw, decoded(raw), encodeURI(raw.toWellFormed()), encodeURIComponent(raw.toWellFormed())]) {
      found.add(spelling);
      for (const piece of spelling.split(/[@:/?#]/)) if (piece.length >= SHORTEST_PIECE) found.add(piece);
    }
  }
  return [...found].sort((a, b) => b.length - a.length);
}

function decoded(raw: string): string {
  try {
    return decodeURIComponent(raw);
  } catch {
    // Not percent-encoding: the raw spelling is the only one.
    return raw;
  }
}

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
