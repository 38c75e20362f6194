import { monitorEventLoopDelay } from "node:perf_hooks";

const RESOLUTION_MS = 10;
const WINDOW_MS = 60_000;
const NS = 1_000_000;

/** `p99Ms`: by how much timers came late, 99 of 100 times no more than that. `observedMs`: over how long that was seen. */
export type Lag = { readonly p99Ms: number; readonly observedMs: number };

/**
 * Watches the event loop and tells the 99th percentile of its lag over the last one to two minutes (less after the start).
 * Two histograms take turns: one alone would forget everything each time it begins anew. `ticks`: a steady clock, in milliseconds.
 */
export function watchLoopLag(ticks: () => number): { read(): Lag; stop(): void } {
  const begin = (): { readonly histogram: ReturnType<typeof monitorEventLoopDelay>; readonly since: number } => {
    const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    histogram.enable();
    return { histogram, since: ticks() };
  };
  let older = begin();
  let younger: typeof older | null = null;
  return {
    read() {
      const now = ticks();
      if (younger === null && now - older.since >= WINDOW_MS) younger = begin();
      else if (younger !== null && now - younger.since >= WINDOW_MS) {
        older.histogram.disable();
        [older, younger] = [younger, begin()];
      }
      const { histogram, since } = older;
      // What it records is the time between two ticks of its own timer, so the timer's period is in it.
      const late = histogram.count === 0 ? Number.NaN : histogram.percentile(99) / NS - RESOLUTION_MS;
      return { p99Ms: Math.max(0, late), observedMs: now - since };
    },
    stop() {
      older.histogram.disable();
      younger?.histogram.disable();
    },
  };
}
