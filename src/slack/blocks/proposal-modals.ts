import type { ModalView } from "@slack/types";
import type { ProposalState } from "#src/operations/proposals/state";
import { carry } from "#src/slack/blocks/carried";
import { section } from "#src/slack/blocks/elements";
import { modal, whyInput } from "#src/slack/blocks/modal";
import { number } from "#src/slack/blocks/words";
import { bold } from "#src/slack/escape";
import { CALLBACKS } from "#src/slack/ids";

/** What declining means, and the reason. */
export function declineModal({ id, number: numbered, title }: ProposalState): ModalView {
  return modal({
    callback: CALLBACKS.proposalDecline,
    title: "Decline a proposal",
    submit: "Decline",
    close: "Never mind",
    carried: carry({ r: id }),
    blocks: [
      section(
        `Proposal #${number(numbered)}, ${bold(title, 200)}, ends here: nothing is written. The same evidence is not proposed again; newer evidence may be.`,
      ),
      whyInput(),
    ],
  });
}
