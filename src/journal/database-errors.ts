import { DatabaseError } from "pg";
import { JournalError } from "#src/journal/journal-error";

const SYSTEM_CODES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

const unreachable = (cause: unknown) =>
  new JournalError(
    "unreachable",
    true,
    "Golive's database can't be reached. Nothing was decided or changed. Try again in a moment; if it stays, check " +
      "DATABASE_URL and the database.",
    { cause },
  );

function fromState(error: DatabaseError): JournalError {
  const because = { cause: error };
  switch (error.code) {
    case "23505":
      if (error.constraint === "release_one_open" || error.constraint === "release_pkey") {
        const text = "This service already has an open release. Finish or cancel it before starting another one.";
        return new JournalError("release-open", false, text, because);
      }
      return new JournalError("conflict", true, "The same thing was decided by somebody else just now.", because);
    case "GL002":
    case "40001":
    case "40P01":
      return new JournalError("conflict", true, `Another decision was faster: ${error.message}.`, because);
    case "55P03":
    case "57014":
    case "25P03":
      return new JournalError("busy", true, "Another decision about this service takes long. Try again.", because);
    case "GL001":
      return new JournalError("append-only", false, `${error.message}. Facts are added, never changed.`, because);
    case "22P05":
    case "22021":
      return new JournalError("unstorable", false, `Postgres can't store this text: ${error.message}.`, because);
    case "42501":
      return new JournalError(
        "wrong-role",
        false,
        `The database role may not do this (${error.message}). The bot needs \`golive_app\`, as \`golive migrate\` sets it up.`,
        because,
      );
    case "3F000":
    case "42P01":
    case "42883":
      return new JournalError(
        "schema-mismatch",
        false,
        `Golive's tables are missing or old (${error.message}). Run \`golive migrate\` as golive_owner.`,
        because,
      );
    default:
      // 08: connection, 57P: the server goes down or comes up, 53: out of connections or memory, 28: login.
      if (/^(08|57P|53)/.test(error.code ?? "")) return unreachable(error);
      return new JournalError("failed", false, `The database refused: ${error.message}`, because);
  }
}

/**
 * What an error of `pg` means for the journal; null for anything that didn't come from the database or its connection
 * (a bug in a decider stays a bug).
 */
export function toJournalError(error: unknown): JournalError | null {
  if (error instanceof JournalError) return error;
  if (error instanceof DatabaseError) return fromState(error);
  if (error instanceof AggregateError && error.errors.some((each) => toJournalError(each) !== null)) {
    return unreachable(error);
  }
  if (!(error instanceof Error)) return null;
  if ("code" in error && typeof error.code === "string" && SYSTEM_CODES.has(error.code)) return unreachable(error);
  // pg has no class or code for these four.
  if (
    /^Connection terminated|^Client has encountered a connection error|^timeout exceeded when trying to connect|^Query read timeout/.test(
      error.message,
    )
  ) {
    return unreachable(error);
  }
  return null;
}
