import type { MachineClock } from "#src/models/machine-clock";

/** A message is painted at most so often for progress alone. */
const PAINT_EVERY_MS = 5_000;

/** Has a message painted as an evaluation goes on. `settled`: waits for the picture that is being painted. */
export function paintProgress(clock: MachineClock, repaint: () => Promise<void>) {
  let painted = clock.now();
  let painting: Promise<void> = Promise.resolve();
  return {
    onProgress(): void {
      if (clock.now() - painted < PAINT_EVERY_MS) return;
      painted = clock.now();
      // Only a picture: the next one makes up for it.
      painting = repaint().catch(() => undefined);
    },
    settled: (): Promise<void> => painting,
  };
}
