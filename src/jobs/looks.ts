import type { Log } from "#src/log";
import type { MachineClock } from "#src/models/machine-clock";

/** What is looked after at every tick, each by itself. `what` is what the log calls it. */
export type Look = { readonly what: string; readonly look: () => Promise<unknown> };

export interface Looks {
  /** Begins every look that is not running: one that is slow is passed over, and keeps none of the others. Never throws. */
  tick(): void;
  /** Begins none any more, and waits for those that run, at most `graceMs`. */
  stop(graceMs: number): Promise<void>;
}

/** One that has run so long is said once: nobody else would notice that it looks no more. */
const SLOW_MS = 5 * 60_000;

/** Looks that share a timer and nothing else. */
export function createLooks(deps: {
  readonly looks: readonly Look[];
  readonly clock: MachineClock;
  readonly log: Log;
}): Looks {
  const { looks, clock, log } = deps;
  const running = new Map<Look, { readonly since: number; readonly ended: Promise<void>; isSaid: boolean }>();
  let isStopped = false;

  function begin(each: Look): void {
    const under = running.get(each);
    if (under !== undefined) {
      const ms = clock.now() - under.since;
      if (ms < SLOW_MS || under.isSaid) return;
      under.isSaid = true;
      log.warn({ what: each.what, minutes: Math.round(ms / 60_000) }, "a look has not come to an end; others go on");
      return;
    }
    running.set(each, { since: clock.now(), ended: once(each), isSaid: false });
  }

  async function once(each: Look): Promise<void> {
    try {
      await each.look();
    } catch (err) {
      log.warn({ err, what: each.what }, "a look failed; it is tried again");
    } finally {
      // Never before it is written down as running.
      await Promise.resolve();
      running.delete(each);
    }
  }

  return {
    tick() {
      if (isStopped) return;
      for (const each of looks) begin(each);
    },
    async stop(graceMs) {
      isStopped = true;
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const cancel = clock.after(graceMs, resolve);
      await Promise.race([Promise.all([...running.values()].map(({ ended }) => ended)), late]);
      cancel();
    },
  };
}
