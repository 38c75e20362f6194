import type { MachineClock } from "#src/models/machine-clock";

export type FakeClock = MachineClock & {
  /** Moves time on and runs what is due. */
  advance(ms: number): void;
  /** Resolves when a timer of this length is stopped before it was due; at once if one was. */
  stopped(ms: number): Promise<void>;
  /** The waits that passed at once, in order. */
  readonly skipped: readonly number[];
};

/** Timers of up to `skipUpTo` ms (the waits between tries) are due at once and move the time on; longer ones wait for `advance`. */
export function createFakeClock(skipUpTo = 24_999): FakeClock {
  let time = 0;
  let timers: { readonly at: number; readonly due: () => void }[] = [];
  const skipped: number[] = [];
  const stops: number[] = [];
  let waiting: { readonly ms: number; readonly done: () => void }[] = [];
  return {
    skipped,
    now: () => time,
    after: (ms, due) => {
      if (ms <= skipUpTo) {
        skipped.push(ms);
        const soon = setImmediate(() => {
          time += ms;
          due();
        });
        return () => clearImmediate(soon);
      }
      const timer = { at: time + ms, due };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
        stops.push(ms);
        for (const { done } of waiting.filter((wait) => wait.ms === ms)) done();
        waiting = waiting.filter((wait) => wait.ms !== ms);
      };
    },
    advance: (ms) => {
      time += ms;
      const due = timers.filter(({ at }) => at <= time);
      timers = timers.filter(({ at }) => at > time);
      for (const timer of due) timer.due();
    },
    stopped: (ms) => (stops.includes(ms) ? Promise.resolve() : new Promise((done) => void waiting.push({ ms, done }))),
  };
}
