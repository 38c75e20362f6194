import type { Baseline, Baselines } from "#src/evaluation/baseline/baselines";
import { resultsDigest } from "#src/evaluation/results-digest";
import type { EvaluationStore } from "#src/evaluation/run/evaluation-store";
import type { RunRecord } from "#src/evaluation/run/run-record";
import type { Journal } from "#src/journal/journal";
import type { DomainClock } from "#src/release/clock";
import { evaluationStream } from "#src/release/events";
import type { Person } from "#src/release/people";

export type NewBaseline = {
  readonly run: RunRecord;
  readonly reason: string;
  readonly by: Person;
  readonly regradedFrom: number | null;
};

/** Makes an evaluation the baseline of its epoch, as a fact of the journal. Whether it may is for `refuseBaseline` to say. */
export type RecordBaseline = (baseline: NewBaseline) => Promise<Baseline>;

/**
 * The event holds the digest of everything that the evaluation found, so that the audit sees when that is changed later. The row that
 * readers look at is written by the database in the same transaction.
 */
export function createRecordBaseline(deps: {
  readonly journal: Pick<Journal, "transact">;
  readonly store: Pick<EvaluationStore, "cases">;
  readonly baselines: Pick<Baselines, "list">;
  readonly clock: DomainClock;
}): RecordBaseline {
  const { journal, store, baselines, clock } = deps;
  return async ({ run, reason, by, regradedFrom }) => {
    const { service, epoch } = run.plan;
    const digest = await resultsDigest(store.cases(run.id));
    const stream = evaluationStream(service);
    const at = clock.now();
    await journal.transact(service, null, [stream], () => ({
      outcome: null,
      events: [
        { stream, at, by, event: { type: "baseline-set", run: run.id, epoch: epoch.id, digest, reason, regradedFrom } },
      ],
      jobs: [],
      repaint: [],
      posts: [],
    }));
    const set = (await baselines.list(service)).find((each) => each.run === run.id && each.at === at);
    if (set === undefined) throw new Error("the baseline was written and did not come back");
    return set;
  };
}
