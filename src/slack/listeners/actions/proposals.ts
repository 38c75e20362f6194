import { refusalReply } from "#src/slack/blocks/command-replies";
import { errorModal, waitingModal } from "#src/slack/blocks/error-modal";
import { declineModal } from "#src/slack/blocks/proposal-modals";
import { resolve } from "#src/slack/listeners/act";
import { type ActionHandler, onRelease, placeOf } from "#src/slack/listeners/actions/handler";
import { forMembers } from "#src/slack/listeners/members-only";
import { answer, openThenLoad } from "#src/slack/listeners/reply";

/** Accepts in the name of whoever pressed, with the roles as Slack has them at this moment. What it does shows in the message. */
export const acceptProposal: ActionHandler = onRelease(async (deps, click, { r: proposal }) => {
  const who = await resolve(deps, click.by, { fresh: true });
  const decided = await deps.proposals.act(proposal, click.key, { type: "accept", ...who });
  if (!decided.ok) await answer(deps, placeOf(click), refusalReply(decided.refusal));
});

/** Opens the window that asks for a reason. */
export const declineProposal: ActionHandler = onRelease((deps, click, { r: id }) => {
  const from = { triggerId: click.triggerId, inModal: click.view !== null, place: placeOf(click) };
  const first = waitingModal("Decline a proposal", "Reading the proposal…");
  return openThenLoad(deps, from, first, click.action, () =>
    forMembers(deps, click.by, "decline a proposal", async () => {
      const proposal = await deps.proposals.proposal(id);
      if (proposal === null) return errorModal("That proposal isn't in the journal.", "Nothing changed.");
      if (proposal.ended !== null)
        return errorModal("That proposal is over.", "Nothing changed; its message says how.");
      return declineModal(proposal);
    }),
  );
});
