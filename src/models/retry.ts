import { type MachineClock, waitFor } from "#src/models/machine-clock";
import { ModelError } from "#src/models/model-error";

export type RetryLimits = {
  /** Tries after the first. */
  readonly retries: number;
  /** Milliseconds from the first try's start, when it got its place, in which a next one may begin. */
  readonly retryBudgetMs: number;
};

const FIRST_MS = 500;
const LONGEST_MS = 20_000;

/**
 * Milliseconds to wait before the next try, `failures` having failed: exponential backoff with full jitter, drawn from [0,
 * min(20 s, 0.5 s · 2^(failures−1))]. https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 * A time that the provider asked for comes on top, so that those who were told the same don't come back together.
 */
export function backoff(failures: number, retryAfterMs: number | null, random: () => number): number {
  return (retryAfterMs ?? 0) + random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1));
}

/**
 * Tries until `attempt` succeeds, fails for good, or tries or time are used up; then its last `ModelError` is thrown, with the
 * number of tries said. An attempt calls `started` when it has its place: waiting in line behind others costs no time for
 * retries. One retrier is for one request: a second `run` goes on with what the first left.
 */
export function createRetrier(deps: {
  readonly limits: RetryLimits;
  readonly clock: MachineClock;
  readonly random: () => number;
  readonly signal: AbortSignal;
}): { run<T>(attempt: (started: () => void) => Promise<T>): Promise<T> } {
  const { limits, clock, random, signal } = deps;
  let failures = 0;
  let began: number | null = null;
  const started = () => {
    began ??= clock.now();
  };
  return {
    run: async (attempt) => {
      for (;;) {
        try {
          return await attempt(started);
        } catch (error) {
          if (!(error instanceof ModelError) || !error.retryable) throw error;
          failures += 1;
          const wait = backoff(failures, error.retryAfterMs, random);
          const late = clock.now() - (began ?? clock.now()) + wait > limits.retryBudgetMs;
          if (failures > limits.retries || late) throw givenUp(error, failures, late);
          await waitFor(clock, wait, signal);
        }
      }
    },
  };
}

function givenUp(error: ModelError, failures: number, late: boolean): ModelError {
  if (failures === 1 && !late) return error;
  const tries = failures === 1 ? "1 try" : `${failures} tries`;
  const why = late ? "the time for retries is used up" : "all tries are used up";
  return new ModelError(error.code, `${error.message} (after ${tries}; ${why})`, {
    cause: error.cause ?? error,
    retryAfterMs: error.retryAfterMs,
  });
}
