import type { CaseRecord } from "#src/evaluation/run/case-record";
import type { RunRecord } from "#src/evaluation/run/run-record";

/** What evaluations found, to be read: by comparisons, baselines, reports and the command line. */
export interface EvaluationStore {
  /** Newest first. */
  runs(service: string): Promise<readonly RunRecord[]>;
  /** Null when there is no such run. */
  run(id: string): Promise<RunRecord | null>;
  /** Every trial of a run in its order, also of one that is still running. A few are in memory at a time. */
  cases(run: string): AsyncIterable<CaseRecord>;
}
