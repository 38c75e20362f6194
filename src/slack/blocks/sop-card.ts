import type { KnownBlock, ModalView } from "@slack/types";
import type { FilledCard, SopStep } from "#src/operations/sop/card";
import type { OperationState } from "#src/operations/state";
import { SURENESS } from "#src/operations/weekly/words";
import { carry } from "#src/slack/blocks/carried";
import { button, section } from "#src/slack/blocks/elements";
import { fromMarkdown } from "#src/slack/blocks/markdown";
import { modal, textInput } from "#src/slack/blocks/modal";
import { when } from "#src/slack/blocks/times";
import { name, number } from "#src/slack/blocks/words";
import { bold, code, line, shorten } from "#src/slack/escape";
import { ACTIONS, CALLBACKS, INPUT_BLOCKS, INPUTS } from "#src/slack/ids";

type Step = OperationState["steps"][number];

/** Below this there is no room to say each step twice. */
const ROOMY = 50;

/** How much of a card is shown, in characters. */
export type CardSize = { readonly body: number; readonly step: number; readonly note: number };

/** What a step's buttons carry: card and step under one name, since neither has a slash. */
export const stepItem = (card: string, step: string): string => `${card}/${step}`;

export function readStepItem(item: string): { readonly card: string; readonly step: string } | null {
  const [, card, step] = /^([a-z0-9-]+)\/([a-z0-9-]+)$/.exec(item) ?? [];
  return card === undefined || step === undefined ? null : { card, step };
}

/** A card with its steps, each with the one thing that can be done about it now and who did what. */
export function cardBlocks(operation: OperationState, card: FilledCard, size: CardSize): KnownBlock[] {
  const maybe = card.sure === "sure" ? "" : ` · its cause is ${SURENESS[card.sure]}`;
  const head = `📋 ${bold(card.title, Math.min(160, 2 * size.step))}\n${line(card.severity)} · ${line(card.cause)}${maybe} · for ${code(card.owner, 45)}`;
  const body = size.body === 0 ? "" : `\n${shorten(fromMarkdown(card.body), size.body)}`;
  return [section(`${head}${body}`), ...card.steps.map((step, at) => stepBlock(operation, card.id, step, at, size))];
}

function stepBlock(operation: OperationState, card: string, step: SopStep, at: number, size: CardSize): KnownBlock {
  const { begun, done } = standingOf(operation, card, step.id);
  const what = `${number(at + 1)}. ${shorten(line(step.title), size.step)}`;
  const typed = step.command === null || done !== null ? "" : `\n${code(step.command, 2 * size.step)}`;
  const spoken = (label: string) => (size.step < ROOMY ? {} : { spoken: `${label} ${at + 1}, ${step.title}` });
  const carried = carry({ r: operation.id, i: stepItem(card, step.id) });
  if (done !== null) {
    const note = shorten(line(done.note), size.note);
    return section(`✅ done · ${what}\n${name(done.by, 40)} ${when(done.at)}${note === "" ? "" : `: ${note}`}`);
  }
  if (begun !== null) {
    return section(`⏳ begun · ${what}${typed}\n${name(begun.by, 40)} ${when(begun.at)}`, {
      accessory: button(ACTIONS.sopDone, "Done…", carried, spoken("Done: step")),
    });
  }
  return section(`${what}${typed}`, {
    accessory: button(ACTIONS.sopStart, "Start step", carried, spoken("Start step")),
  });
}

/** Who began a step and who did it; null: nobody yet. */
export function standingOf(
  { steps }: Pick<OperationState, "steps">,
  card: string,
  step: string,
): { readonly begun: Step | null; readonly done: Step | null } {
  const of = steps.filter((each) => each.card === card && each.step === step);
  return { begun: of.find(({ done }) => !done) ?? null, done: of.find(({ done }) => done) ?? null };
}

/** Asks what came of a step. */
export function stepDoneModal(operation: OperationState, card: FilledCard, step: SopStep): ModalView {
  return modal({
    callback: CALLBACKS.sopDone,
    title: "A step is done",
    submit: "Done",
    close: "Not yet",
    carried: carry({ r: operation.id, i: stepItem(card.id, step.id) }),
    blocks: [
      section(`${bold(card.title, 160)}\n${shorten(line(step.title), 300)}`),
      textInput({
        block: INPUT_BLOCKS.reason,
        action: INPUTS.reason,
        label: "What did you find or do?",
        hint: "Everybody reads it under the step, and it stays in the audit trail.",
        multiline: true,
        minLength: 3,
      }),
    ],
  });
}
