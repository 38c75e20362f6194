import { assertTimeToPost } from "#src/slack/lease";
import type { LeasedPost } from "#src/slack/outbox-rows";
import type { Attempt, Sender } from "#src/slack/send-post";
import { SlackError, type SlackFailure } from "#src/slack/slack-error";
import type { FilePlace } from "#src/slack/web";

/** Some 8 minutes of trying; then people hear where the document is instead of waiting for it. */
const MOST_TRIES = 12;

/** The channel comes back, the thread is posted anew, the token is replaced, Slack said when it listens again. */
const NOT_ABOUT_FILES: readonly SlackFailure["kind"][] = ["gone", "unreachable-channel", "auth", "rate-limited"];

/** How far apart our clock and Slack's timestamps may be. */
const SKEW_MS = 5 * 60_000;

/**
 * Attaches a file to its thread, once: after an attempt that may have shared it the thread is looked through first. False:
 * there is nothing to attach.
 */
export async function sendFile(sender: Sender, post: LeasedPost, place: FilePlace, attempt: Attempt): Promise<boolean> {
  const { web } = sender;
  const file = await sender.renderFile({ note: post.note, service: post.service, to: "thread" });
  if (file === null) return false;
  if (post.doubtSince !== null) {
    const notBefore = post.doubtSince - SKEW_MS;
    const found = await web.findFile({ ...place, name: file.name, by: sender.selfId, notBefore });
    attempt.earlier = false;
    if (found !== null) return true;
  }
  const { id } = await web.uploadFile(file);
  assertTimeToPost(post.leaseUntil, sender.now());
  attempt.sent = true;
  await web.shareFile({ id, title: file.title }, place);
  return true;
}

/** Slack's word that files can't be had here, or one too many failures; null: it is tried again. */
export function whyNoFile(post: LeasedPost, error: unknown): string | null {
  if (error instanceof SlackError) {
    const { failure, code, method } = error;
    if (method.startsWith("files.") && (failure.kind === "refused" || code === "missing_scope")) return code;
    if (NOT_ABOUT_FILES.includes(failure.kind)) return null;
  }
  if (post.attempts + 1 < MOST_TRIES) return null;
  return error instanceof SlackError ? error.code : "could not be written";
}
