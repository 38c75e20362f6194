import { compareRuns } from "#src/evaluation/compare/compare-runs";
import { judgeFloors } from "#src/evaluation/compare/judge-floors";
import type { Margins } from "#src/evaluation/compare/standings";
import type { Floors } from "#src/evaluation/oracle/quality-floors";
import { readEvaluated } from "#src/evaluation/read-evaluated";
import type { Against } from "#src/evaluation/report/make-report";
import type { EvaluationStore } from "#src/evaluation/run/evaluation-store";
import type { RunRecord } from "#src/evaluation/run/run-record";
import type { TraceBars } from "#src/evaluation/run/trace-figures";
import { createConforms } from "#src/evaluation/tool-schemas";
import { type CaseTrace, type TraceRules, traceCase } from "#src/operations/triage/case-trace";
import type { WeeklyMaterial } from "#src/operations/weekly/material";
import type { RagStore } from "#src/rag/store";

export type MaterialDeps = {
  readonly evaluations: Pick<EvaluationStore, "cases">;
  readonly store: RagStore;
  readonly floors: Floors;
  readonly margins: Margins;
  readonly bars: TraceBars;
  /** False: the service declared the prompt audit away. */
  readonly auditApplies: boolean;
};

/**
 * Reads an evaluation and what it is compared with, with the first trace of each case. Texts are looked at and let go. Throws what the
 * evaluation store throws.
 */
export async function readMaterial(
  { evaluations, store, floors, margins, bars, auditApplies }: MaterialDeps,
  record: RunRecord,
  against: Against | null,
  signal?: AbortSignal,
): Promise<WeeklyMaterial> {
  const records = against === null ? [record] : [record, against.record];
  const { runs, unread } = await readEvaluated({ evaluations, store }, records, signal);
  const [run, other] = runs;
  if (run === undefined) throw new Error(`evaluation ${record.id} was read and is not there`);
  const rules: TraceRules = { ...bars, conforms: createConforms() };
  const traced = async (of: RunRecord) => {
    const traces = new Map<string, CaseTrace>();
    for await (const one of evaluations.cases(of.id)) {
      signal?.throwIfAborted();
      if (one.repeat === 0) traces.set(one.gold.id, traceCase(one, of.plan.pair.run, rules));
    }
    return traces;
  };
  const before =
    against === null || other === undefined
      ? null
      : {
          run: other,
          traces: await traced(against.record),
          kind: against.baseline === null ? ("live" as const) : ("set" as const),
        };
  return {
    now: { run, traces: await traced(record) },
    before,
    comparison: before === null ? null : compareRuns(before.run, run, margins),
    floors: judgeFloors(run, floors),
    unread,
    auditApplies,
  };
}
