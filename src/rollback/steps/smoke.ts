import type { Evaluations, EvaluationWish } from "#src/compose-evaluations";
import type { RunRecord } from "#src/evaluation/run/run-record";
import { type MachineClock, waitFor } from "#src/models/machine-clock";
import type { StepResult } from "#src/rollback/events";

/** So many of the gold questions are asked: enough to see a service that answers nonsense, in minutes of the usual model rate. */
export const SMOKE_QUESTIONS = 24;
const LOOK_AGAIN_MS = 2_000;

type Deps = {
  readonly evaluations: Pick<Evaluations, "prepare" | "open" | "hold" | "workOff" | "store">;
  readonly clock: MachineClock;
};

/**
 * A smoke evaluation of what is live again, before everything else that asks models. Stopped and called again it goes on with the same
 * run. *Failed* is one that gave no answer or got no grade; how good the answers are is the proof's to say.
 */
export async function smoke(
  { evaluations, clock }: Deps,
  wish: EvaluationWish,
  signal: AbortSignal,
): Promise<StepResult> {
  const prepared = await evaluations.prepare(wish, signal);
  const { id } = await evaluations.open(prepared);
  let hold = await evaluations.hold(id);
  while (hold === null) {
    await waitFor(clock, LOOK_AGAIN_MS, signal);
    hold = await evaluations.hold(id);
  }
  try {
    const begun = await evaluations.store.run(id);
    if (begun === null) throw new Error(`evaluation ${id} is gone from the database`);
    const both = AbortSignal.any([signal, hold.lost]);
    return told(await evaluations.workOff(begun, { priority: "rollback-smoke", signal: both }));
  } finally {
    await hold.release();
  }
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
