import { setTimeout as sleep } from "node:timers/promises";

const PATIENCE_MS = 120_000;

/** Asks until there is an answer other than null. Throws with what was waited for when it takes too long. */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | null>,
  { timeoutMs = PATIENCE_MS, everyMs = 40 } = {},
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs / 1000} s for ${what}`);
    await sleep(everyMs);
  }
}
