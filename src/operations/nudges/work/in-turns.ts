import { performance } from "node:perf_hooks";
import { setImmediate as letOthers } from "node:timers/promises";
import type { Steps } from "#src/operations/nudges/steps";

/** How long the process may be kept from other work. */
const TURN_MS = 40;

/** Runs a search to its end, and lets others in between its parts. Throws when `signal` aborts. */
export async function inTurns<T>(steps: Steps<T>, signal: AbortSignal | undefined): Promise<T> {
  let began = performance.now();
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (performance.now() - began < TURN_MS) continue;
    await letOthers();
    signal?.throwIfAborted();
    began = performance.now();
  }
}
