import type { Baseline } from "#src/evaluation/baseline/baselines";
import type { Comparison, Drop } from "#src/evaluation/compare/compare-runs";
import type { EvaluatedRun } from "#src/evaluation/compare/evaluated-run";
import type { JudgedFloors } from "#src/evaluation/compare/judge-floors";
import type { CaseRecord } from "#src/evaluation/run/case-record";
import type { RunSummary } from "#src/evaluation/run/summarize-run";

/** One of the worst cases with its texts. `before`: the same case in the baseline, and what it `lost`; null without one. */
export type WorstCase = { readonly trial: CaseRecord; readonly before: CaseRecord | null; readonly lost: Drop | null };

/** Everything a report says. `at`: when it was made, epoch milliseconds. */
export type Report = {
  readonly run: EvaluatedRun;
  readonly floors: JudgedFloors;
  readonly against: {
    readonly run: EvaluatedRun;
    /** Who set it and why; null where a run was named. */
    readonly baseline: Baseline | null;
    readonly comparison: Comparison;
  } | null;
  readonly summary: RunSummary;
  /** Worst first. */
  readonly worst: readonly WorstCase[];
  /** Negatives that got an answer. */
  readonly madeUp: readonly CaseRecord[];
  readonly at: number;
};

/** So many cases are shown with everything that was retrieved for them. */
export const MOST_SHOWN = 10;
