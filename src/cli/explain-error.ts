import { BackupError } from "#src/backup/backup-error";
import { StorageError } from "#src/backup/storage/storage-error";
import { CliError, EXIT, type ExitCode } from "#src/cli/io";
import { toJournalError } from "#src/journal/database-errors";
import type { JournalError, JournalErrorCode } from "#src/journal/journal-error";
import { LimiterError } from "#src/models/limiter-error";
import { ModelError } from "#src/models/model-error";
import { RagServiceError } from "#src/rag/service-error";
import { RagStoreError } from "#src/rag/store-error";
import { IdentityError } from "#src/slack/identity-error";
import { SlackError } from "#src/slack/slack-error";

/** A failure as the person at the terminal needs it. `kind` is stable: scripts read it from `--json`. */
export type Explained = { readonly kind: string; readonly exit: ExitCode; readonly sentence: string };

const UNDECIDED = "Nothing was decided by this attempt; what was decided before stands, and the pointer is untouched.";

/** What happened, what it means for the release, what to do next. Not scrubbed of secrets yet. */
export function explainError(error: unknown): Explained {
  if (error instanceof CliError) return { kind: CLI_KIND[error.exit], exit: error.exit, sentence: error.message };
  if (error instanceof RagStoreError) return explainStore(error);
  if (error instanceof BackupError) return explainBackup(error);
  if (error instanceof StorageError) {
    const next = error.retryable ? "Try again in a minute." : "Check `backups` in golive.yaml, and the rights there.";
    return give(`backup-storage-${error.code}`, `${ended(error.message)} ${next}`);
  }
  if (error instanceof SlackError) return explainSlack(error);
  if (error instanceof IdentityError) {
    const slack = error.cause instanceof SlackError ? ` (${error.cause.message})` : "";
    return give("slack", `Slack didn't say who somebody is${slack}. ${UNDECIDED} Run the command again in a minute.`);
  }
  if (error instanceof RagServiceError) {
    const next = error.retryable
      ? "See that the RAG service runs and is reachable from here, then try again."
      : "Let the service answer as docs/rag-service.md describes, or correct rag_service in golive.yaml.";
    return give(`rag-service-${error.code}`, `${ended(error.message)} ${UNDECIDED} ${next}`);
  }
  if (error instanceof ModelError) {
    const next = error.retryable
      ? "Try again in a minute."
      : "Check the model ids, the region, and the account's access to them.";
    return give(`model-${error.code}`, `${ended(error.message)} ${UNDECIDED} ${next}`);
  }
  if (error instanceof LimiterError) return give(`model-limit-${error.code}`, `${ended(error.message)} ${UNDECIDED}`);
  const listening = explainListening(error);
  if (listening !== null) return listening;
  const journal = toJournalError(error);
  return journal === null ? explainFault(error) : explainJournal(journal);
}

const CLI_KIND: Readonly<Record<ExitCode, string>> = {
  [EXIT.pass]: "none",
  [EXIT.failed]: "refused",
  [EXIT.usage]: "usage",
  [EXIT.inconclusive]: "inconclusive",
  [EXIT.interrupted]: "interrupted",
};

const give = (kind: string, sentence: string, exit: ExitCode = EXIT.inconclusive): Explained => ({
  kind,
  exit,
  sentence,
});

function explainJournal(error: JournalError): Explained {
  const because = reasonOf(error.cause);
  const said = because === "" ? "" : `: ${because}`;
  const state = stateOf(error.cause);
  if (state.startsWith("28") || state === "3D000") {
    return give(
      "database-login",
      `Golive's database refused the connection${said}. ${UNDECIDED} Check user, password and database name in its URL.`,
      EXIT.usage,
    );
  }
  if (error.code === "unreachable") {
    return give(
      "database-unreachable",
      `Golive's own database can't be reached${said}. ${UNDECIDED} Check that Postgres runs and that its URL names it, then try again.`,
    );
  }
  const next = NEXT[error.code] ?? "If it stays so, report it with this message.";
  const exit = error.code === "wrong-role" ? EXIT.usage : EXIT.inconclusive;
  const meaning = error.code === "outcome-unknown" ? "" : ` ${UNDECIDED}`;
  return give(`database-${error.code}`, `${ended(error.message)}${meaning} ${next}`, exit);
}

const NEXT: Partial<Record<JournalErrorCode, string>> = {
  "outcome-unknown":
    "The decision may stand or not. Look with `golive release status` before you repeat anything; deciding the same thing twice is refused.",
  busy: "Run the command again in a moment.",
  conflict: "Look at `golive release status`, then run the command again if it still makes sense.",
  "release-open": "`golive release status` shows it.",
  "wrong-role": "DATABASE_URL must log in as golive_app, DATABASE_OWNER_URL as golive_owner.",
  "schema-mismatch": "Run `golive migrate` of this version as golive_owner.",
};

function explainStore(error: RagStoreError): Explained {
  const next = error.retryable
    ? "Check that the RAG store runs and that its URL is right, then try again."
    : "Check the RAG store's URL, the rights of its role (docs/rag-store.md), and the names in golive.yaml.";
  return give(`rag-store-${error.code}`, `${ended(error.message)} ${UNDECIDED} ${next}`);
}

/** An id that names nothing, or a key that isn't there, is the person's to mend; everything else is the backup's fault. */
function explainBackup(error: BackupError): Explained {
  const usage = error.kind === "unknown" || error.kind.startsWith("key:");
  const kind = usage ? `backup-${error.kind.replace(":", "-")}` : "backup";
  return give(kind, ended(error.message), usage ? EXIT.usage : EXIT.failed);
}

function explainSlack(error: SlackError): Explained {
  if (error.failure.kind === "auth") {
    return give(
      "slack-auth",
      `Slack refused the bot token (${error.code}). ${UNDECIDED} Check SLACK_BOT_TOKEN: copy it again from the app's page, or reinstall the app if it was revoked.`,
    );
  }
  const what = error.failure.kind === "rate-limited" ? "Slack asks for a pause" : "Slack could not be asked";
  return give(
    "slack",
    `${what} (${error.method}: ${error.code}). ${UNDECIDED} Check the network and SLACK_API_URL, if it is set; then try again in a minute.`,
  );
}

function explainListening(error: unknown): Explained | null {
  if (!(error instanceof Error) || !("syscall" in error) || error.syscall !== "listen") return null;
  const port = "port" in error ? ` ${String(error.port)}` : "";
  const code = "code" in error ? String(error.code) : "";
  const what =
    code === "EADDRINUSE" ? `Port${port} is taken by another process` : `Port${port} can't be opened (${code})`;
  return give(
    "port",
    `${what}, so the bot did not start; open releases wait unchanged. Set PORT (and HOST) to a free one, or stop the other process.`,
  );
}

function explainFault(error: unknown): Explained {
  const name = error instanceof Error && error.name !== "Error" ? `${error.name}: ` : "";
  return give(
    "fault",
    `Golive stopped with a fault of its own: ${ended(`${name}${reasonOf(error)}`)} What was decided before stands; ` +
      "`golive release status` shows it. Please report this message; LOG_LEVEL=debug also prints where it happened.",
  );
}

/** The driver's words. Connecting to a name with two addresses fails with two errors and an empty message. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return reasonOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error ?? "");
}

function stateOf(cause: unknown): string {
  return cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : "";
}

const ended = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
