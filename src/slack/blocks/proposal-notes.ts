import type { ProposalNote } from "#src/operations/proposals/notes";
import type { ProposalState } from "#src/operations/proposals/state";
import { ENDED } from "#src/operations/proposals/words";
import { GOLIVE } from "#src/release/people";
import { unreachable } from "#src/release/unreachable";
import { type Message, paragraphs } from "#src/slack/blocks/elements";
import { proposalSentence } from "#src/slack/blocks/proposal-message";
import { name, number } from "#src/slack/blocks/words";
import { code, line, shorten } from "#src/slack/escape";
import { BUDGET } from "#src/slack/limits";

/** Every kind of note that `proposalNoteMessage` words: the painter of notes tells them from others by it. */
export const PROPOSAL_NOTE_KINDS = [
  "proposal-accepted",
  "proposal-written",
  "proposal-ended",
] as const satisfies readonly ProposalNote["kind"][];

/** One note of a proposal's story. */
export function proposalNoteMessage(note: ProposalNote): Message {
  const text = words(note);
  return { text: shorten(text.replace(/\s+/g, " "), BUDGET.message.text), blocks: paragraphs(text) };
}

/** For the thread of a message that was posted again: where it stands. */
export function proposalStoryMessage(proposal: ProposalState): Message {
  const text = [
    "🔁 This message was posted again; the thread of the one before is gone. Until now:",
    `• ${proposalSentence(proposal)}`,
    "Every step, with who and when, is in the journal: `golive audit export`.",
  ].join("\n");
  return { text: shorten(text.replace(/\s+/g, " "), BUDGET.message.text), blocks: paragraphs(text) };
}

function words(note: ProposalNote): string {
  switch (note.kind) {
    case "proposal-accepted": {
      const then = note.complete ? " That was the last one needed: Golive carries it out." : "";
      return `✅ ${name(note.by)} accepted as ${code(note.role, 60)}.${then}`;
    }
    case "proposal-written":
      return `Configuration version ${code(note.config, 120)} stands in the RAG store. Nothing answers with it yet.`;
    case "proposal-ended": {
      const by = note.by.id === GOLIVE.id ? "" : ` by ${name(note.by)}`;
      return `*Proposal #${number(note.number)}: ${ENDED[note.as]}*${by}\n${shorten(line(note.says), 2_500)}`;
    }
    default:
      return unreachable(note);
  }
}
