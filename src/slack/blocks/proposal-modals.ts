import type { ModalView } from "@slack/types";
import type { ProposalState } from "#src/operations/proposals/state";
import { REASON_MIN } from "#src/release/wording";
import { carry } from "#src/slack/blocks/carried";
import { section } from "#src/slack/blocks/elements";
import { modal, textInput } from "#src/slack/blocks/modal";
import { number } from "#src/slack/blocks/words";
import { bold } from "#src/slack/escape";
import { CALLBACKS, INPUT_BLOCKS, INPUTS } from "#src/slack/ids";

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
      textInput({
        block: INPUT_BLOCKS.reason,
        action: INPUTS.reason,
        label: "Why?",
        hint: `At least ${REASON_MIN} characters. Everybody reads it in the message, and it stays in the audit trail.`,
        multiline: true,
        minLength: REASON_MIN,
      }),
    ],
  });
}
