import { setImmediate as nextTurn } from "node:timers/promises";
import PQueue from "p-queue";

/**
 * Work that goes on after its acknowledgement. Bolt's `stop()` doesn't wait for it, so this does; and it lets requests
 * that are already here be acknowledged first.
 */
export type RunningWork = {
  /** Runs `task` when its turn comes, and settles as it does. */
  run(task: () => Promise<void>): Promise<void>;
  /** Resolves when nothing runs or waits any more, or after `ms`; false in the latter case. */
  idle(ms: number): Promise<boolean>;
};

export type RunningWorkOptions = {
  /** Pieces at once while the process keeps up. */
  readonly most: number;
  /** Pieces at once when it doesn't. */
  readonly few: number;
  /** Milliseconds; only differences count. */
  readonly now: () => number;
};

const DEFAULTS: RunningWorkOptions = {
  // More would only queue for the same ten database connections, and after five seconds be told that the database
  // doesn't answer. Not fewer: most of a click's time is waiting for Slack to say who people are.
  most: 32,
  few: 2,
  now: () => performance.now(),
};

/** A turn of the event loop that takes longer has too much going on: an acknowledgement waits for about one turn. */
const SLOW_TURN_MS = 5;

export function createRunningWork(options: Partial<RunningWorkOptions> = {}): RunningWork {
  const { most, few, now } = { ...DEFAULTS, ...options };
  const queue = new PQueue({ concurrency: most });

  /** Each slow turn halves what may run at once, each quick one allows one more: as much as goes without delaying others. */
  async function yieldTurn(): Promise<void> {
    const before = now();
    await nextTurn();
    const slow = now() - before > SLOW_TURN_MS;
    queue.concurrency = slow ? Math.max(few, Math.floor(queue.concurrency / 2)) : Math.min(most, queue.concurrency + 1);
  }

  return {
    run: (task) =>
      queue.add(async () => {
        await yieldTurn();
        await task();
      }),
    async idle(ms) {
      const { promise: timeout, resolve } = Promise.withResolvers<false>();
      const timer = setTimeout(resolve, ms, false);
      const idle = queue.onIdle().then(() => true);
      return Promise.race([idle, timeout]).finally(() => clearTimeout(timer));
    },
  };
}
