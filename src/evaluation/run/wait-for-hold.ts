import type { Hold } from "#src/evaluation/run/hold-run";
import { type MachineClock, waitFor } from "#src/models/machine-clock";

const LOOK_AGAIN_MS = 2_000;

/** Holds a run, once whoever else holds it lets go: a process that was taken for dead, or one that is about to. Throws when `signal` is aborted. */
export async function waitForHold(
  evaluations: { hold(run: string): Promise<Hold | null> },
  run: string,
  clock: MachineClock,
  signal: AbortSignal,
): Promise<Hold> {
  for (;;) {
    const hold = await evaluations.hold(run);
    if (hold !== null) return hold;
    await waitFor(clock, LOOK_AGAIN_MS, signal);
  }
}
