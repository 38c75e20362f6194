import type { Pair } from "#src/release/events";

/** Whether both name the same run and configuration, or both are null. */
export function samePair(a: Pair | null, b: Pair | null): boolean {
  return a === null || b === null ? a === b : a.run === b.run && a.config === b.config;
}

/** "run-b with config-2", or "nothing" for the pointer before the first go-live. */
export function pairText(pair: Pair | null): string {
  return pair === null ? "nothing" : `${pair.run} with ${pair.config}`;
}
