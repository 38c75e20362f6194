import type { ModalView } from "@slack/types";
import type { CanaryPersonIntent } from "#src/canary/watch/intents";
import type { CanaryView } from "#src/canary/watch/view";
import { explainKpi } from "#src/canary/words/explain";
import { nameOf } from "#src/canary/words/names";
import type { RollbackPlan } from "#src/rollback/events";
import { carry } from "#src/slack/blocks/carried";
import { context, packed, section } from "#src/slack/blocks/elements";
import { modal, whyInput } from "#src/slack/blocks/modal";
import { pairOrNothing, planTexts, wayBack } from "#src/slack/blocks/rollback-words";
import { utcTime } from "#src/slack/blocks/times";
import { number } from "#src/slack/blocks/words";
import { bold, code, escaped, line, shorten } from "#src/slack/escape";
import { CALLBACKS, INPUT_BLOCKS, INPUTS } from "#src/slack/ids";

/** What a person decides with a reason. */
export const CANARY_DECISIONS = ["pause", "resume", "extend", "promote", "abort", "hold"] as const;
export type CanaryDecision = (typeof CANARY_DECISIONS)[number] & CanaryPersonIntent["type"];

/** Whole hours that a canary may be extended by at once; the rules hold it too. */
export const MOST_HOURS = 120;

/** `title` and `submit` at most 24 characters: Slack's limit. */
const WORDS: Readonly<Record<CanaryDecision, { readonly title: string; readonly submit: string }>> = {
  pause: { title: "Pause the canary", submit: "Pause" },
  resume: { title: "Resume the canary", submit: "Resume" },
  extend: { title: "Extend the canary", submit: "Extend" },
  promote: { title: "Promote the candidate", submit: "Promote" },
  abort: { title: "Roll back", submit: "Roll back" },
  hold: { title: "Hold the rollback", submit: "Hold" },
};

export const decisionTitle = (decision: CanaryDecision): string => WORDS[decision].title;

/**
 * What it means, and the reason. `plan`: what a rollback would change and what not; null: it could not be worked out now, and the rollback
 * works it out itself. `hours`: what was typed already.
 */
export function canaryDecisionModal(
  view: CanaryView,
  decision: CanaryDecision,
  { plan = null, hours = null }: { readonly plan?: RollbackPlan | null; readonly hours?: number | null } = {},
): ModalView {
  const { canary } = view;
  const { title, submit } = WORDS[decision];
  return modal({
    callback: CALLBACKS.canaryDecide,
    title,
    submit,
    close: "Never mind",
    carried: carry({ r: canary.id, i: decision }),
    blocks: [
      section(meaning(view, decision, plan)),
      ...(decision === "abort" && plan !== null ? planTexts(plan).map((text) => section(text)) : []),
      ...(decision === "extend" ? [hoursInput(hours ?? 24)] : []),
      whyInput(),
    ],
  });
}

function meaning(view: CanaryView, decision: CanaryDecision, plan: RollbackPlan | null): string {
  const { canary } = view;
  const where = code(canary.service, 60);
  const candidate = pairOrNothing(canary.candidate, 60);
  switch (decision) {
    case "pause":
      return `The watch over ${where} stops until somebody resumes it. What comes in meanwhile doesn't count, and nothing rolls back by itself: ${candidate} goes on answering.`;
    case "resume":
      return `The watch over ${where} goes on where it stopped. What was found before still stands, and what it causes by itself comes again.`;
    case "extend":
      return `The canary of ${where} takes longer: so many more hours with data on both arms. More hours prove more; they take no breach back.`;
    case "promote":
      return `The canary ends here in favour of ${candidate}, before a pass. Nothing watches it any more.${waived(view)}`;
    case "abort":
      return plan === null
        ? `The pointer of ${where} goes back to ${pairOrNothing(canary.baseline, 60)}. What else changes could not be worked out just now; the rollback works it out again before it does anything.`
        : `The pointer of ${where} goes ${wayBack(plan, 60)}. The rollback has a message of its own, with its steps.`;
    case "hold":
      return `What was found in ${where} until now rolls nothing back by itself until people decide; a breach that is found later does. ${candidate} goes on answering, with what was proven against it.`;
  }
}

/** To promote over a breach is a waiver, and is said to be one before anybody does it. */
function waived(view: CanaryView): string {
  const breached = view.canary.breaches.map(({ kpi }) => bold(nameOf(view, kpi), 60)).slice(0, 8);
  if (breached.length === 0) return "";
  return `\n⚠️ This waives what was proven: ${breached.join(", ")} ${breached.length === 1 ? "is" : "are"} worse than the threshold. It stands in the audit trail under your name.`;
}

function hoursInput(hours: number) {
  return {
    type: "input" as const,
    block_id: INPUT_BLOCKS.hours,
    label: { type: "plain_text" as const, text: "By how many hours?" },
    hint: { type: "plain_text" as const, text: `Whole hours with data on both arms, 1 to ${number(MOST_HOURS)}.` },
    element: {
      type: "number_input" as const,
      action_id: INPUTS.hours,
      is_decimal_allowed: false,
      min_value: "1",
      max_value: String(MOST_HOURS),
      initial_value: String(hours),
    },
  };
}

/** Why a KPI stands as it does, a paragraph each. */
export function canaryWhyModal(view: CanaryView, kpi: string): ModalView {
  const { canary } = view;
  return modal({
    callback: CALLBACKS.notice,
    title: "Why?",
    blocks: [
      ...packed(explanation(view, kpi)).map((text) => section(text)),
      context(
        `Canary #${number(canary.number)} of ${line(shorten(canary.service, 60))} · ${code(`/canary explain ${kpi}`, 80)}`,
      ),
    ],
  });
}

/** The same as paragraphs of mrkdwn; the first one is the point. */
export function explanation(view: CanaryView, kpi: string): string[] {
  const [head = "", ...rest] = explainKpi(view, kpi, utcTime);
  return [bold(head, 300), ...rest.map((text) => shorten(escaped(text), 1_000))];
}
