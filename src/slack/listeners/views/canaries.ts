import { isReason, REASON_MIN } from "#src/release/wording";
import { CANARY_DECISIONS, MOST_HOURS } from "#src/slack/blocks/canary-modals";
import { refusalReply } from "#src/slack/blocks/command-replies";
import { INPUT_BLOCKS } from "#src/slack/ids";
import { actOnCanary, reasonedIntent } from "#src/slack/listeners/canary-decision";
import type { Submission } from "#src/slack/listeners/payloads";
import { answer } from "#src/slack/listeners/reply";
import { carriedBy, type InputErrors, tellUnreadable, type ViewHandler } from "#src/slack/listeners/views/handler";

/** A decision about a canary with its reason. What it does shows in the messages by themselves. */
export const decideCanary: ViewHandler = {
  check(submission) {
    const { values } = submission;
    return { ...needsReason(values[INPUT_BLOCKS.reason] ?? ""), ...needsHours(submission) };
  },
  async submit(deps, submission) {
    const { r: canary, i } = carriedBy(submission) ?? {};
    const decision = CANARY_DECISIONS.find((known) => known === i);
    if (!canary || decision === undefined) return tellUnreadable(deps, submission);
    const { by, key, values } = submission;
    const reason = values[INPUT_BLOCKS.reason] ?? "";
    const hours = Number(values[INPUT_BLOCKS.hours] ?? Number.NaN);
    const outcome = await actOnCanary(deps, {
      by,
      canary,
      key,
      intent: (who) => reasonedIntent(decision, who, reason, hours),
    });
    if (outcome.ok) return;
    const channel = (await deps.canaries.canary(canary))?.canary.channel ?? null;
    await answer(deps, { user: by.user, responseUrl: null, channel }, refusalReply(outcome.refusal));
  },
};

function needsReason(reason: string): InputErrors {
  if (isReason(reason)) return {};
  return { [INPUT_BLOCKS.reason]: `Please say why, in ${REASON_MIN} characters or more: it stays in the audit trail.` };
}

/** Only the window of `extend` has such a box. */
function needsHours(submission: Submission): InputErrors {
  const typed = submission.values[INPUT_BLOCKS.hours];
  if (carriedBy(submission)?.i !== "extend") return {};
  const hours = Number(typed === undefined || typed === "" ? Number.NaN : typed);
  if (Number.isInteger(hours) && hours >= 1 && hours <= MOST_HOURS) return {};
  return { [INPUT_BLOCKS.hours]: `A whole number of hours, 1 to ${MOST_HOURS}.` };
}
