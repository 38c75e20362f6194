import type { Evaluations, EvaluationWish } from "#src/evaluation/evaluations";
import type { RunRecord } from "#src/evaluation/run/run-record";
import type { Tally } from "#src/evaluation/run/run-tally";
import { waitForHold } from "#src/evaluation/run/wait-for-hold";
import type { MachineClock } from "#src/models/machine-clock";
import type { Priority } from "#src/models/model-call";

/** What working off an evaluation needs of them. */
export type WishDeps = {
  readonly evaluations: Pick<Evaluations, "prepare" | "open" | "hold" | "workOff" | "store">;
  readonly clock: MachineClock;
};

/**
 * An evaluation from the wish to its end, in this process. Stopped and called again it goes on with the same run; where another process
 * works on it, that is waited for.
 */
export async function workOffWish(
  { evaluations, clock }: WishDeps,
  wish: EvaluationWish,
  how: { readonly priority: Priority; readonly signal: AbortSignal; readonly onProgress?: (tally: Tally) => void },
): Promise<RunRecord> {
  const { signal } = how;
  const prepared = await evaluations.prepare(wish, signal);
  const { id } = await evaluations.open(prepared);
  const hold = await waitForHold(evaluations, id, clock, signal);
  try {
    const begun = await evaluations.store.run(id);
    if (begun === null) throw new Error(`evaluation ${id} is gone from the database`);
    return await evaluations.workOff(begun, { ...how, signal: AbortSignal.any([signal, hold.lost]) });
  } finally {
    await hold.release();
  }
}
