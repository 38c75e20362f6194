import { z } from "zod";
import type { RunningJob } from "#src/jobs/create-jobs";
import type { OperationFinding, OperationKind, OperationRunner } from "#src/operations/operation";
import type { OperationState } from "#src/operations/state";
import type { DecideOperation } from "#src/operations/use-cases/decide-operation";

const jobSchema = z.object({ service: z.string(), operation: z.string() });

/** Who does which kind of operation. */
export type OperationRegistry = Partial<Readonly<Record<OperationKind, OperationRunner>>>;

type Deps = {
  readonly operation: (id: string) => Promise<OperationState | null>;
  readonly runners: OperationRegistry;
  readonly decide: DecideOperation;
};

/**
 * Does a run and journals what it found, once: whoever takes it up after a crash finds it finished, or does it again. What the runner throws
 * is rethrown, for another try may mend it; after the last try `look-after-operations` ends the run.
 */
export function createRunOperation({ operation, runners, decide }: Deps): (job: RunningJob) => Promise<void> {
  return async (job) => {
    const { service, operation: id } = jobSchema.parse(job.data);
    const state = await operation(id);
    if (state === null || state.finished !== null) return;
    const { kind, number, channel, due } = state;
    const run = runners[kind] ?? notBuilt(kind);
    const finding = await run({ operation: id, number, kind, service, channel, due }, job.signal);
    // Stopped from outside: whoever takes the job over does it again, and what was found till then is no finding.
    job.signal.throwIfAborted();
    await decide(service, id, null, { type: "finish", finding });
  };
}

/** A newer copy of the bot opened it: this one can't do it, and says so instead of leaving it open. */
const notBuilt = (kind: OperationKind) => async (): Promise<OperationFinding> => ({
  verdict: "error",
  summary: `This copy of Golive doesn't know how to do a run of ${kind}; run the newest version everywhere.`,
  result: {},
});
