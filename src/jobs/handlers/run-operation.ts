import { z } from "zod";
import type { RunningJob } from "#src/jobs/create-jobs";
import { type MachineClock, machineClock } from "#src/models/machine-clock";
import { KINDS } from "#src/operations/kinds";
import {
  type OperationFinding,
  type OperationKind,
  type OperationOrder,
  type OperationRunner,
  TookTooLong,
} from "#src/operations/operation";
import type { OperationState } from "#src/operations/state";
import type { DecideOperation } from "#src/operations/use-cases/decide-operation";
import { durationText } from "#src/release/wording";

const jobSchema = z.object({ service: z.string(), operation: z.string() });

/** Who does which kind of operation. */
export type OperationRegistry = Partial<Readonly<Record<OperationKind, OperationRunner>>>;

type Deps = {
  readonly operation: (id: string) => Promise<OperationState | null>;
  readonly runners: OperationRegistry;
  readonly decide: DecideOperation;
  readonly clock?: MachineClock;
};

/**
 * Does a run and journals what it found, once: whoever takes it up after a crash finds it finished, or does it again. What the runner throws
 * is rethrown, for another try may mend it; after the last try `look-after-operations` ends the run. A try that takes longer than its kind may ends it as an error at once.
 */
export function createRunOperation(deps: Deps): (job: RunningJob) => Promise<void> {
  const { operation, runners, decide, clock = machineClock } = deps;
  return async (job) => {
    const { service, operation: id } = jobSchema.parse(job.data);
    const state = await operation(id);
    if (state === null || state.finished !== null) return;
    const { kind, number, channel, due } = state;
    const run = runners[kind] ?? notBuilt(kind);
    const finding = await inTime(run, { operation: id, number, kind, service, channel, due }, job.signal, clock);
    // Stopped from outside: whoever takes the job over does it again, and what was found till then is no finding.
    job.signal.throwIfAborted();
    await decide(service, id, null, { type: "finish", finding });
  };
}

/** A runner that ignores its signal is not waited for. */
async function inTime(
  run: OperationRunner,
  order: OperationOrder,
  stop: AbortSignal,
  clock: MachineClock,
): Promise<OperationFinding> {
  const { atMostMs } = KINDS[order.kind];
  const summary = `It took longer than ${durationText(atMostMs)} and was given up.`;
  const late = new AbortController();
  const { promise: given, reject } = Promise.withResolvers<never>();
  const cancel = clock.after(atMostMs, () => {
    const reason = new TookTooLong(summary);
    late.abort(reason);
    reject(reason);
  });
  try {
    return await Promise.race([run(order, AbortSignal.any([stop, late.signal])), given]);
  } catch (error) {
    if (!late.signal.aborted) throw error;
    return { verdict: "error", summary, result: {} };
  } finally {
    cancel();
  }
}

/** A newer copy of the bot opened it: this one can't do it, and says so instead of leaving it open. */
const notBuilt = (kind: OperationKind) => async (): Promise<OperationFinding> => ({
  verdict: "error",
  summary: `This copy of Golive doesn't know how to do a run of ${kind}; run the newest version everywhere.`,
  result: {},
});
