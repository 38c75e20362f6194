import type { Evaluations, EvaluationWish } from "#src/compose-evaluations";
import type { RunRecord } from "#src/evaluation/run/run-record";
import type { Tally } from "#src/evaluation/run/run-tally";
import { type MachineClock, waitFor } from "#src/models/machine-clock";
import type { Priority } from "#src/models/model-call";

const LOOK_AGAIN_MS = 2_000;

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
  let hold = await evaluations.hold(id);
  while (hold === null) {
    await waitFor(clock, LOOK_AGAIN_MS, signal);
    hold = await evaluations.hold(id);
  }
  try {
    const begun = await evaluations.store.run(id);
    if (begun === null) throw new Error(`evaluation ${id} is gone from the database`);
    return await evaluations.workOff(begun, { ...how, signal: AbortSignal.any([signal, hold.lost]) });
  } finally {
    await hold.release();
  }
}
