/** Reads the database's clock off its answers. */
export type DatabaseTime = {
  /** An answer that was decided at `theirs` (epoch ms, its clock) came at `ours` (machine time, ms). */
  heard(theirs: number, ours: number): void;
  /** When it is `theirs` there, in machine time: never too early by more than the clocks part within the window. */
  toMachine(theirs: number): number;
};

/** The clocks part by at most 0.5 ms/s while one of them is being corrected. */
const WINDOW_MS = 10_000;

/**
 * An answer shows how far the clocks are apart, but for the time of its way, which is never negative: so the least difference
 * of the last seconds is the nearest (Cristian's rule for one direction). Without it each start would be late by the way of its
 * own answer, and by the disk that this waited for.
 */
export function createDatabaseTime(): DatabaseTime {
  let samples: { readonly theirs: number; readonly ours: number }[] = [];
  return {
    heard(theirs, ours) {
      const last = samples.at(-1);
      // Set back: what was measured before says nothing any more.
      if (last !== undefined && theirs < last.theirs) samples = [];
      samples = samples.filter((sample) => ours - sample.ours < WINDOW_MS);
      samples.push({ theirs, ours });
    },
    toMachine(theirs) {
      return theirs + Math.min(...samples.map((sample) => sample.ours - sample.theirs));
    },
  };
}
