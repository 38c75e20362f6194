import { z } from "zod";
import { isProposalId } from "#src/operations/operation";
import type { ProposalNote } from "#src/operations/proposals/notes";
import type { ProposalUseCases } from "#src/operations/use-cases";
import type { Message } from "#src/slack/blocks/elements";
import { proposalMessage } from "#src/slack/blocks/proposal-message";
import { PROPOSAL_NOTE_KINDS, proposalNoteMessage, proposalStoryMessage } from "#src/slack/blocks/proposal-notes";
import type { StoredNote } from "#src/slack/outbox-rows";
import type { Render } from "#src/slack/paint";

type Proposals = Pick<ProposalUseCases, "proposal">;

/** The painter's `render` for proposals; anything else by `others`. `now`: domain clock. */
export function withProposals(proposals: Proposals, others: Render, now: () => number): Render {
  return async (subject, isFirst) => {
    if (!isProposalId(subject)) return others(subject, isFirst);
    const proposal = await proposals.proposal(subject);
    return proposal === null ? null : { ...proposalMessage(proposal, now(), isFirst), channel: proposal.channel };
  };
}

/** Our own rows: only the kind is checked. */
const ownSchema = z.custom<ProposalNote>((value) => {
  return z.looseObject({ kind: z.enum(PROPOSAL_NOTE_KINDS) }).safeParse(value).success;
});
/** A wish for the story so far, as `message-rows` leaves it. */
const storySchema = z.object({ kind: z.literal("posted-again"), release: z.string().refine(isProposalId) });

/** The words of a stored note about a proposal; null for any other note. */
export async function proposalNote(proposals: Proposals, { note }: StoredNote): Promise<Message | null> {
  const own = ownSchema.safeParse(note);
  if (own.success) return proposalNoteMessage(own.data);
  const story = storySchema.safeParse(note).data;
  if (story === undefined) return null;
  const proposal = await proposals.proposal(story.release);
  if (proposal === null) throw new Error(`there is no proposal ${story.release} whose story could be told`);
  return proposalStoryMessage(proposal);
}
