import type { MachineClock } from "#src/models/machine-clock";

export type AskLoop = {
  /** There is something to say. Many nudges during one turn are one more turn. */
  nudge(): void;
  /** Resolves when the turn under way is over; the next one is called off. */
  stop(): Promise<void>;
};

export type AskLoopOptions = {
  /** Answers in how many milliseconds the next one is due; 0: now. */
  readonly turn: () => Promise<number>;
  /** Nothing will ever have to be said again. */
  readonly isOver: () => boolean;
  readonly clock: MachineClock;
};

/** Takes turns with the database: when nudged, when one is due, and never two at once. */
export function createAskLoop({ turn, isOver, clock }: AskLoopOptions): AskLoop {
  let asking: Promise<void> | null = null;
  let again = false;
  let cancelNext = () => {};

  function nudge(): void {
    again = true;
    asking ??= ask();
  }

  async function ask(): Promise<void> {
    cancelNext();
    let pauseMs = 0;
    // Who gives a place back often asks for the next one in the same breath: one word for both.
    await new Promise((resolve) => setImmediate(resolve));
    while ((again || pauseMs === 0) && !isOver()) {
      again = false;
      pauseMs = await turn();
    }
    asking = null;
    if (!isOver()) cancelNext = clock.after(pauseMs, nudge);
  }

  return {
    nudge,
    async stop() {
      await asking;
      cancelNext();
    },
  };
}
