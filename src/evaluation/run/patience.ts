import { type MachineClock, waitFor } from "#src/models/machine-clock";
import { ModelError } from "#src/models/model-error";
import { RagServiceError } from "#src/rag/service-error";

/** Milliseconds between tries of one step. A provider that throttles, or a service that restarts, is back after a while. */
const WAITS = [15_000, 60_000, 120_000] as const;

/** The failures of the two boundaries that a run meets: both have a code, and both say whether it may pass. */
export type StepFailure = ModelError | RagServiceError;

export const isStepFailure = (error: unknown): error is StepFailure =>
  error instanceof ModelError || error instanceof RagServiceError;

/** Failures that no later case will be spared: somebody has to mend something first. */
const FOR_GOOD: ReadonlySet<string> = new Set([
  "denied",
  "unknown-model",
  "sampling-refused",
  "not-recorded",
  "cancelled",
]);

/** Whether the whole run has to stop for it. It loses nothing: the same command goes on where it stopped. */
export const stopsTheRun = (failure: StepFailure): boolean => FOR_GOOD.has(failure.code);

/**
 * Does a step, and after a failure that may pass does it again, as often as there are `waits` (milliseconds). A time that the
 * other side asked for is waited on top. The boundary's own retries, within seconds, come before. Throws the last failure.
 */
export async function withPatience<T>(
  {
    clock,
    signal,
    waits = WAITS,
  }: { readonly clock: MachineClock; readonly signal: AbortSignal; readonly waits?: readonly number[] },
  step: () => Promise<T>,
  onFailure: (failure: StepFailure) => void = () => undefined,
): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await step();
    } catch (error) {
      signal.throwIfAborted();
      if (!isStepFailure(error)) throw error;
      onFailure(error);
      const wait = waits[tries];
      if (!error.retryable || wait === undefined) throw error;
      await waitFor(clock, wait + (error.retryAfterMs ?? 0), signal);
    }
  }
}
