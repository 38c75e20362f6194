import type { KnownBlock, PlanBlock, RichTextBlock } from "@slack/types";
import type { StepId } from "#src/rollback/events";
import { STEP_TITLES } from "#src/rollback/says";
import type { RollbackState } from "#src/rollback/state";
import { plain } from "#src/slack/blocks/elements";
import { elapsed } from "#src/slack/blocks/times";
import { type Mark, marked, number } from "#src/slack/blocks/words";
import { bold, line, plainLine, shorten } from "#src/slack/escape";
import { BUDGET } from "#src/slack/limits";

type Step = RollbackState["steps"][number];

const STEP_MARKS: Readonly<Record<Step["status"], Mark>> = {
  pending: { emoji: "", word: "pending" },
  running: { emoji: "⏳", word: "running" },
  done: { emoji: "✅", word: "done" },
  failed: { emoji: "❌", word: "failed" },
  skipped: { emoji: "➖", word: "skipped" },
};

/** Slack knows four states of a task. The word in the title says which of ours it is. */
const TASK_STATES = {
  pending: "pending",
  running: "in_progress",
  done: "complete",
  failed: "error",
  skipped: "complete",
} as const satisfies Readonly<Record<Step["status"], string>>;

/**
 * The steps as a plan of task cards. Not every Slack takes it (`invalid_blocks`): `stepLines` says the same. `most`: characters of each
 * step's detail; `said`: steps whose detail stands above it already.
 */
export function stepPlan({ id, steps }: RollbackState, most: number, said: readonly StepId[] = []): PlanBlock {
  return {
    type: "plan",
    title: plain(progressWords(steps), BUDGET.plan.title).text,
    tasks: steps.map((step) => {
      const detail = said.includes(step.id) ? "" : shorten(plainLine(step.result?.detail ?? ""), most);
      return {
        type: "task_card",
        task_id: `${shorten(plainLine(id), 60) || "rollback"}/${step.id}`,
        title: plain(`${STEP_TITLES[step.id]} · ${standing(step)}`, BUDGET.plan.title).text,
        status: TASK_STATES[step.status],
        ...(detail === "" ? {} : { output: richText(detail) }),
      };
    }),
  };
}

/** The same in lines of mrkdwn, for a Slack that refuses plans. */
export function stepLines({ steps }: RollbackState, most: number, said: readonly StepId[] = []): string[] {
  return [
    bold(progressWords(steps)),
    ...steps.map((step) => {
      const detail = said.includes(step.id) ? "" : shorten(line(step.result?.detail ?? ""), most);
      const took = tookWords(step);
      const head = `${marked(STEP_MARKS[step.status])} · ${bold(STEP_TITLES[step.id])}${took === "" ? "" : ` · ${took}`}`;
      return detail === "" ? head : `${head}\n    ◦ ${detail}`;
    }),
  ];
}

/** "Flip the pointer back, 2 of 8 steps done". */
export function progressWords(steps: readonly Step[]): string {
  const over = steps.filter(({ status }) => status !== "pending" && status !== "running").length;
  const now = steps.find(({ status }) => status === "running");
  const counted = `${number(over)} of ${number(steps.length)} steps are over`;
  return now === undefined ? counted : `${STEP_TITLES[now.id]} is under way, ${counted}`;
}

function standing(step: Step): string {
  const took = tookWords(step);
  const { word } = STEP_MARKS[step.status];
  if (took === "") return word;
  return step.status === "done" ? `done in ${took}` : `${word} after ${took}`;
}

function tookWords({ status, startedAt, finishedAt }: Step): string {
  if (startedAt === null || finishedAt === null || status === "skipped") return "";
  return elapsed(finishedAt - startedAt);
}

function richText(text: string): RichTextBlock {
  return { type: "rich_text", elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }] };
}

/** The blocks of a message without those that not every Slack takes. Null: there are none such. */
export function withoutPlan(blocks: readonly KnownBlock[], instead: readonly KnownBlock[]): KnownBlock[] | null {
  if (!blocks.some(({ type }) => type === "plan")) return null;
  return blocks.flatMap((block) => (block.type === "plan" ? instead : [block]));
}
