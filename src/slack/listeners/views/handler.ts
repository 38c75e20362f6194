import type { Outcome } from "#src/release/use-cases";
import type { ReleaseView } from "#src/release/view";
import { type Carried, readCarried } from "#src/slack/blocks/carried";
import { refusalReply, sentencesReply } from "#src/slack/blocks/command-replies";
import type { ListenerDeps } from "#src/slack/listeners/deps";
import type { Submission } from "#src/slack/listeners/payloads";
import { answer } from "#src/slack/listeners/reply";

/** Block id → what is wrong with what was typed there. */
export type InputErrors = Readonly<Record<string, string>>;

/** A modal's two halves: `check` is pure and runs before the acknowledgement, `submit` after it. */
export type ViewHandler = {
  readonly check: (submission: Submission) => InputErrors | null;
  readonly submit: (deps: ListenerDeps, submission: Submission) => Promise<void>;
};

/** What the modal carries; null for a modal that isn't one of ours as drawn by this version. */
export function carriedBy(submission: Submission): Carried | null {
  return readCarried(submission.metadata);
}

/** A refusal is told to the person, in the service's channel: a closed modal has no other place. */
export async function tellOutcome(
  deps: ListenerDeps,
  submission: Submission,
  about: { readonly channel: string | null; readonly view: ReleaseView | null },
  outcome: Outcome,
): Promise<void> {
  if (outcome.ok) return;
  const message = refusalReply(outcome.refusal, about.view?.release.checklist ?? null);
  await answer(deps, { user: submission.by.user, responseUrl: null, channel: about.channel }, message);
}

export async function tellUnreadable(deps: ListenerDeps, submission: Submission): Promise<void> {
  deps.log.warn({ callback: submission.callback, user: submission.by.user }, "a modal carried something unreadable");
  const text =
    "That window can't be read: it may come from an older version of Golive. Nothing changed; open it again.";
  await answer(deps, { user: submission.by.user, responseUrl: null, channel: null }, sentencesReply(text));
}
