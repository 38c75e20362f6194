import { randomUUID } from "node:crypto";
import { JournalError } from "#src/journal/journal-error";
import type { Log } from "#src/log";
import { RagStoreError } from "#src/rag/store-error";
import { IdentityError } from "#src/slack/identity-error";

/** What a person reads when something of ours broke. `correlation`: the id under which the log has it. */
export type FailureWords = { readonly what: string; readonly next: string; readonly correlation?: string };

/**
 * Logs a failure and finds words for it. What a person can do something about (press again) is said plainly; a bug
 * shows a correlation id and nothing from inside.
 */
export function reportFailure(log: Log, during: string, error: unknown): FailureWords {
  const correlation = randomUUID().slice(0, 8);
  const known = knownFailure(error);
  if (known === null) {
    log.error({ err: error, correlation, during }, "a listener failed");
    return {
      what: "Something went wrong inside Golive.",
      next: "The release message shows what counts. If it doesn't show what you wanted, try once more; if it fails again, report it.",
      correlation,
    };
  }
  log.warn({ err: error, correlation, during }, "a listener could not finish");
  return { ...known, correlation };
}

function knownFailure(error: unknown): { what: string; next: string } | null {
  if (error instanceof IdentityError) return { what: error.message, next: "" };
  if (error instanceof JournalError && error.code === "outcome-unknown") {
    return {
      what: "The connection to Golive's database broke while your action was being recorded.",
      next: "It may or may not count: look at the release message in a moment, and do it again if it isn't there.",
    };
  }
  if (error instanceof JournalError && error.retryable) {
    return {
      what: "Golive's database did not answer just now, so nothing was recorded and nothing changed.",
      next: "Please do it again in a minute.",
    };
  }
  if (error instanceof RagStoreError) {
    return {
      what: `${error.message.replace(/\.$/, "")}, so nothing was decided and nothing changed.`,
      next: error.retryable ? "Please try again in a minute." : "Whoever runs the RAG store has to look at it first.",
    };
  }
  return null;
}

/** The words as one text, for an ephemeral reply. */
export function failureText(words: FailureWords): string {
  const quote = words.correlation === undefined ? "" : `Quote ${words.correlation} when you report it.`;
  return [words.what, words.next, quote].filter((part) => part !== "").join(" ");
}
