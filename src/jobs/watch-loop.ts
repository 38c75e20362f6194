import type { Log } from "#src/log";
import type { MachineClock } from "#src/models/machine-clock";

/** How long between two looks, in milliseconds of the machine's clock. */
export type WatchPace = { readonly openMs: number; readonly idleMs: number };

const PACE: WatchPace = { openMs: 5_000, idleMs: 30_000 };

/** Looks at the canaries as long as this process runs, one pass at a time. */
export interface WatchLoop {
  start(): void;
  /** Something was decided that waits for a look: the next one comes at once. */
  nudge(): void;
  /** Ends after the pass that is under way. */
  stop(): Promise<void>;
}

/** `pass` returns how many canaries are open. */
export function createWatchLoop(deps: {
  readonly pass: () => Promise<number>;
  readonly clock: MachineClock;
  readonly log: Log;
  readonly pace?: WatchPace;
}): WatchLoop {
  const { pass, clock, log, pace = PACE } = deps;
  let state: "new" | "going" | "stopped" = "new";
  let running: Promise<void> | null = null;
  let isAgain = false;
  let cancel = () => {};

  function look(): void {
    cancel();
    if (running !== null) {
      isAgain = true;
      return;
    }
    running = once().finally(() => {
      running = null;
      if (state !== "going" || !isAgain) return;
      isAgain = false;
      look();
    });
  }

  async function once(): Promise<void> {
    let open = 1;
    try {
      open = await pass();
    } catch (err) {
      log.warn({ err }, "the canaries could not be looked at; it is tried again");
    }
    if (state === "going") cancel = clock.after(open > 0 ? pace.openMs : pace.idleMs, look);
  }

  return {
    start() {
      if (state !== "new") return;
      state = "going";
      look();
    },
    nudge() {
      if (state === "going") look();
    },
    async stop() {
      state = "stopped";
      cancel();
      await running;
    },
  };
}
