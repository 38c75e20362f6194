import type { MachineClock } from "#src/models/machine-clock";
import { ModelError } from "#src/models/model-error";

/** What one call may take. Milliseconds from sending; waiting for a place is not counted. */
export type CallLimits = { readonly callTimeoutMs: number; readonly firstTextTimeoutMs: number };

const seconds = (ms: number) => `${Number((ms / 1000).toFixed(1))} s`;

/**
 * Runs one call under its time limits. The signal that `work` gets is aborted when a limit passes or `signal` is; `work` has to
 * end then, and its end is waited for: a call that only looks ended would still take up a place at the provider. `work` reports
 * the first piece of the answer with `begun`.
 */
export async function withTimeLimits<T>(
  { clock, limits, signal, model }: { clock: MachineClock; limits: CallLimits; signal: AbortSignal; model: string },
  work: (signal: AbortSignal, begun: () => void) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const { callTimeoutMs, firstTextTimeoutMs } = limits;
  const late = (code: "timeout" | "no-first-text", what: string, ms: number) => () =>
    limit.abort(new ModelError(code, `${model} gave ${what} within ${seconds(ms)}; the call was cut.`));
  const stopCall = clock.after(callTimeoutMs, late("timeout", "no whole answer", callTimeoutMs));
  const stopFirst = clock.after(
    firstTextTimeoutMs,
    late("no-first-text", "no first piece of an answer", firstTextTimeoutMs),
  );
  try {
    return await work(AbortSignal.any([signal, limit.signal]), stopFirst);
  } catch (error) {
    if (limit.signal.aborted && !signal.aborted) throw limit.signal.reason;
    throw error;
  } finally {
    stopCall();
    stopFirst();
  }
}
