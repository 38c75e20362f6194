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

/**
 * More would only queue for the same ten database connections, and after five seconds be told that the database
 * doesn't answer. Not fewer: most of a click's time is waiting for Slack to say who people are.
 */
const AT_ONCE = 32;

export function createRunningWork(atOnce = AT_ONCE): RunningWork {
  const queue = new PQueue({ concurrency: atOnce });
  return {
    run: (task) =>
      queue.add(async () => {
        await nextTurn();
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
