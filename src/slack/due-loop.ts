import { setTimeout as wait } from "node:timers/promises";
import type { Log } from "#src/log";

export type DueLoop = {
  start(): void;
  /** Something may be due now. Cheap; many nudges are one pass. */
  nudge(): void;
  /**
   * One pass now (or the one under way and another): resolves when everything that was due has been tried. `withinMs`: also
   * what falls due that soon, when it does.
   */
  drain(withinMs?: number): Promise<void>;
  /** A last pass over what is due (5 s at most: Slack may be the reason for stopping), then no more. */
  stop(): Promise<void>;
};

export type DueLoopOptions = {
  readonly name: string;
  /** Works off what is due and returns when the next row is (epoch ms), or null when none waits. */
  readonly pass: () => Promise<number | null>;
  /** Machine clock. */
  readonly now: () => number;
  /** Longest pause between passes: other processes' rows arrive without a nudge. */
  readonly pollMs: number;
  readonly log: Log;
};

const SHORTEST_PAUSE_MS = 20;
const LAST_PASS_MS = 5_000;

/** Runs `pass` when nudged, when the next row falls due, and every `pollMs`; never twice at once. */
export function createDueLoop(options: DueLoopOptions): DueLoop {
  const { name, pass, now, pollMs, log } = options;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | null = null;
  let again = false;
  let stopped = true;
  let nextAt: number | null = null;

  function run(): Promise<void> {
    if (running !== null) {
      again = true;
      return running;
    }
    clearTimeout(timer);
    running = runPasses().finally(() => {
      running = null;
    });
    return running;
  }

  async function runPasses(): Promise<void> {
    do {
      again = false;
      try {
        nextAt = await pass();
      } catch (error) {
        // The rows are still there; the database will be asked again.
        log.error({ err: error, loop: name }, "a pass over what Slack should show failed");
        nextAt = null;
      }
    } while (again);
    if (stopped) return;
    const pause = Math.min(pollMs, (nextAt ?? Number.POSITIVE_INFINITY) - now());
    timer = setTimeout(() => void run(), Math.max(SHORTEST_PAUSE_MS, pause));
  }

  async function drain(withinMs = 0): Promise<void> {
    const until = now() + withinMs;
    await run();
    while (nextAt !== null && nextAt < until && now() < until) {
      await wait(Math.max(SHORTEST_PAUSE_MS, nextAt - now()));
      await run();
    }
  }

  return {
    start() {
      stopped = false;
      void run();
    },
    nudge() {
      if (!stopped) void run();
    },
    drain,
    async stop() {
      const wasRunning = !stopped;
      stopped = true;
      clearTimeout(timer);
      if (wasRunning || running !== null) await atMost(LAST_PASS_MS, run());
    },
  };
}

function atMost(ms: number, work: Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  return Promise.race([work, promise]).finally(() => clearTimeout(timer));
}
