import type { SectionBlock } from "@slack/types";
import { progressTexts } from "#src/release/evaluation-words";
import type { EvaluationView, ReleaseView } from "#src/release/view";
import { carry } from "#src/slack/blocks/carried";
import { button, section } from "#src/slack/blocks/elements";
import { bar } from "#src/slack/blocks/words";
import { code } from "#src/slack/escape";
import { ACTIONS, BLOCK_PREFIXES } from "#src/slack/ids";

/** The evaluation that is under way, live: how far, how long still, what it costs, and the way to give it up. None: nothing. */
export function releaseEvaluation(view: ReleaseView): SectionBlock[] {
  const { evaluation, release } = view;
  return evaluationTexts(view).map((text) =>
    section(text, {
      id: `${BLOCK_PREFIXES.release}evaluation`,
      accessory: evaluation === null || evaluation.status === "stopping" ? null : stopButton(release.id, evaluation),
    }),
  );
}

/** The same without the button. */
export function evaluationTexts({ evaluation, release }: ReleaseView): string[] {
  if (evaluation === null || evaluation.status === "ended" || release.standing !== "open") return [];
  return [`⏳ *Evaluation* · ${evaluationLine(evaluation)}`];
}

/** "▰▰▰▱▱▱▱▱▱▱ 41 of 130 questions · about 38 min left · about $1.20 for the judge · `ev_…`". */
function evaluationLine(evaluation: EvaluationView): string {
  const { run, progress } = evaluation;
  const drawn = progress === null ? "" : `${bar(progress.done, progress.planned)} `;
  const id = run === null ? [] : [code(run, 40)];
  return `${drawn}${[...progressTexts(evaluation), ...id].join(" · ")}`;
}

function stopButton(release: string, { plan }: EvaluationView) {
  const again = plan === null ? "" : ` A new one asks all ${plan.trials} questions again.`;
  return button(ACTIONS.stopEvaluation, "Stop evaluation", carry({ r: release }), {
    confirm: {
      title: "Stop this evaluation?",
      text: `The checks that rest on it become inconclusive, and what was paid for stays paid.${again}`,
      yes: "Stop it",
      no: "Let it run",
    },
  });
}
