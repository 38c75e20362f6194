import { unreachable } from "#src/release/unreachable";
import type { PointerMovedNote, RollbackNote } from "#src/rollback/notes";
import { STEP_TITLES } from "#src/rollback/says";
import type { RollbackView } from "#src/rollback/view";
import { type Message, paragraphs } from "#src/slack/blocks/elements";
import { rollbackSentence } from "#src/slack/blocks/rollback-sentence";
import { pairOrNothing } from "#src/slack/blocks/rollback-words";
import { name, names, number } from "#src/slack/blocks/words";
import { bold, code, line, shorten } from "#src/slack/escape";
import { BUDGET } from "#src/slack/limits";

type Told = RollbackNote | PointerMovedNote;

/** Kinds of notes that this file words. */
export const ROLLBACK_NOTE_KINDS = [
  "rollback-requested",
  "rollback-glass-asked",
  "rollback-confirmed",
  "rollback-step-failed",
  "rollback-ended",
  "pointer-moved",
] as const satisfies readonly Told["kind"][];

/** One note of a rollback's story, for its thread; or that the pointer was moved, for the service's channel. */
export function rollbackNoteMessage(note: Told, service: string): Message {
  return message(noteLines(note, service));
}

/** For the new thread of a message that was posted again: where the rollback stands. */
export function rollbackStoryMessage(view: RollbackView): Message {
  return message([
    "🔁 This rollback's message was posted again; the thread of the one before is gone. Until now:",
    rollbackSentence(view),
    "Every step, with who and when, is in the journal: `golive audit export`.",
  ]);
}

/** For people who can't see the message, since the release channel itself can't show it: how it stands, and the way round Slack. */
export function rollbackUnseenMessage(view: RollbackView, because: "channel-archived" | "bot-removed"): Message {
  const { service } = view.rollback;
  const why = because === "channel-archived" ? "is archived" : "can't be posted to by Golive";
  return message([
    `⚠️ ${rollbackSentence(view)}`,
    `You read it here because the release channel of ${code(service)} ${why}. The rollback goes on all the same.`,
    "Its message comes back once Golive can post there. Every step is in the journal: `golive audit export`.",
  ]);
}

/** The first line is the entire point; the others say more. */
function noteLines(note: Told, service: string): string[] {
  switch (note.kind) {
    case "rollback-requested":
      return [`${name(note.by)} asked for rollback #${number(note.number)} of ${code(service)}${because(note.reason)}`];
    case "rollback-glass-asked":
      return [
        `🛑 ${name(note.by)} stands for breaking the glass.`,
        "A second person has to do the same in the rollback's message, or one of them types a reason.",
      ];
    case "rollback-confirmed":
      return confirmedLines(note);
    case "rollback-step-failed":
      return [
        `❌ failed · ${bold(STEP_TITLES[note.step])}: ${shorten(line(note.detail), 900) || "no reason was given"}`,
        ...(note.step === "flip" || note.step === "restore"
          ? []
          : ["The steps after it go on: the pointer is back already."]),
      ];
    case "rollback-ended":
      return [`${ENDS[note.outcome]}: rollback #${number(note.number)}.`, shorten(line(note.says), 2_000)];
    case "pointer-moved":
      return [
        `🛑 *The pointer of ${code(note.service)} was moved past Golive*: ${code(note.service)} answers from ${pairOrNothing(note.to)}, where ${pairOrNothing(note.from)} was live by Golive's record.`,
        "No check looked at this move and nobody signed it. Whoever made it should say so here.",
        `To go back: ${code(`/rollback ${note.service}`, 100)} shows what can be gone back to. To keep it: start a go-live of it, ${code(`/golive start ${note.service}`, 100)}.`,
      ];
    default:
      return unreachable(note);
  }
}

const ENDS = {
  complete: "✅ *Done*",
  incomplete: "⚠️ *Rolled back, but not all of it worked*",
  refused: "❌ *The pointer was not moved*",
  withdrawn: "*Withdrawn*",
} as const;

function confirmedLines({ how, people, reason }: Extract<Told, { kind: "rollback-confirmed" }>): string[] {
  const said = shorten(line(reason ?? ""), 900);
  if (how === "policy") return ["⏳ The canary's policy confirmed it: it begins."];
  if (how === "right") return [`⏳ ${names(people)} confirmed it: it begins.`];
  return [
    `🛑 *The glass was broken* by ${names(people)}: the rollback begins without anybody who has the right to it.`,
    `Reason: ${said || "none typed; two people did it"}`,
  ];
}

function because(reason: string): string {
  const text = shorten(line(reason), 900);
  return text === "" ? "." : `: ${text}`;
}

function message(lines: readonly string[]): Message {
  const [first = ""] = lines;
  return { text: shorten(first, BUDGET.message.text), blocks: paragraphs(lines.join("\n")) };
}
