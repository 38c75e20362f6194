import type { Prober } from "#src/canary/probes/prober";
import type { CanaryWatch } from "#src/canary/watch/state";
import type { Log } from "#src/log";
import type { DomainClock } from "#src/release/clock";

/** Real time between two looks at what is due, while a canary is open, and while none is. */
const LOOK_MS = 2_000;
const IDLE_MS = 10_000;

/** Probes what is watched, as long as this process runs. */
export interface Probing {
  start(): void;
  /** Puts back what is under way. */
  stop(): Promise<void>;
}

/** `ending`: aborted at the end; the prober works under its signal. `open`: the canaries that have not ended. */
export function createProbing(deps: {
  readonly prober: Prober;
  readonly open: () => Promise<readonly CanaryWatch[]>;
  readonly ending: AbortController;
  readonly clock: DomainClock;
  readonly log: Log;
}): Probing {
  const { prober, open, ending, clock, log } = deps;
  let timer: NodeJS.Timeout | null = null;
  let looking: Promise<void> = Promise.resolve();
  /** A slow canary doesn't keep the others waiting, and is not begun a second time. */
  const busy = new Map<string, Promise<void>>();

  async function look(): Promise<void> {
    let canaries: readonly CanaryWatch[] = [];
    try {
      canaries = await open();
      for (const canary of canaries) if (!busy.has(canary.id)) busy.set(canary.id, probe(canary));
    } catch (error) {
      log.warn({ err: error }, "canaries could not be looked up, so none is probed");
    }
    next(canaries.length > 0 ? LOOK_MS : IDLE_MS);
  }

  async function probe(canary: CanaryWatch): Promise<void> {
    try {
      await prober.tick(canary, clock.now());
    } catch (error) {
      if (!ending.signal.aborted) log.warn({ err: error, canary: canary.id }, "a canary could not be probed");
    } finally {
      busy.delete(canary.id);
    }
  }

  function next(ms: number): void {
    if (ending.signal.aborted) return;
    timer = setTimeout(() => {
      looking = look();
    }, ms);
    timer.unref();
  }

  return {
    start: () => next(0),
    async stop() {
      ending.abort(new Error("Golive is shutting down"));
      if (timer !== null) clearTimeout(timer);
      await looking;
      await Promise.all(busy.values());
    },
  };
}
