import type { EvaluationWish } from "#src/evaluation/evaluations";
import type { RunRecord } from "#src/evaluation/run/run-record";
import { type WishDeps, workOffWish } from "#src/evaluation/run/work-off-wish";
import type { StepResult } from "#src/rollback/events";

/** So many of the gold questions are asked: enough to see a service that answers nonsense, in minutes of the usual model rate. */
export const SMOKE_QUESTIONS = 24;

/**
 * A smoke evaluation of what is live again, before everything else that asks models. Stopped and called again it goes on with the same
 * run. *Failed* is one that gave no answer or got no grade; how good the answers are is the proof's to say.
 */
export async function smoke(deps: WishDeps, wish: EvaluationWish, signal: AbortSignal): Promise<StepResult> {
  return told(await workOffWish(deps, wish, { priority: "rollback-smoke", signal }));
}

function told({ id, state, reason, counts }: RunRecord): StepResult {
  const { planned, graded, refusals, ungraded, failed } = counts;
  const green = graded + refusals;
  const facts = { evaluation: id, asked: planned, green, ungraded, failed };
  if (state === "finished" && green === planned) {
    return { outcome: "done", detail: `Smoke ${green}/${planned} green.`, facts };
  }
  const why = reason ?? `${failed} got no answer and ${ungraded} no grade.`;
  return { outcome: "failed", detail: `Smoke ${green}/${planned} green: ${why}`, facts };
}
