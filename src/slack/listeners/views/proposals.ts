import { isReason, REASON_MIN } from "#src/release/wording";
import { refusalReply } from "#src/slack/blocks/command-replies";
import { INPUT_BLOCKS } from "#src/slack/ids";
import { resolve } from "#src/slack/listeners/act";
import { answer } from "#src/slack/listeners/reply";
import { carriedBy, tellUnreadable, type ViewHandler } from "#src/slack/listeners/views/handler";

/** A proposal is declined with its reason. What it does shows in the message by itself. */
export const declineProposal: ViewHandler = {
  check({ values }) {
    if (isReason(values[INPUT_BLOCKS.reason] ?? "")) return {};
    return {
      [INPUT_BLOCKS.reason]: `Please say why, in ${REASON_MIN} characters or more: it stays in the audit trail.`,
    };
  },
  async submit(deps, submission) {
    const { r: id } = carriedBy(submission) ?? {};
    if (!id) return tellUnreadable(deps, submission);
    const { by, key, values } = submission;
    const who = await resolve(deps, by, { fresh: true });
    const reason = values[INPUT_BLOCKS.reason] ?? "";
    const decided = await deps.proposals.act(id, key, { type: "decline", ...who, reason });
    if (decided.ok) return;
    const channel = (await deps.proposals.proposal(id))?.channel ?? null;
    await answer(deps, { user: by.user, responseUrl: null, channel }, refusalReply(decided.refusal));
  },
};
