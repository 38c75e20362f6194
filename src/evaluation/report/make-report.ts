import { readEvaluated } from "#src/evaluation/read-evaluated";
import { collectReport, type ReportSubject } from "#src/evaluation/report/collect-report";
import type { Report } from "#src/evaluation/report/report";
import type { EvaluationStore } from "#src/evaluation/run/evaluation-store";
import type { RunRecord } from "#src/evaluation/run/run-record";
import type { RagStore } from "#src/rag/store";

/** What a run is compared with: another run, and its baseline record where it is one. */
export type Against = {
  readonly record: RunRecord;
  readonly baseline: NonNullable<ReportSubject["against"]>["baseline"];
};

/**
 * Reads a run, and what it is compared with, and makes their report. `unread`: why no retrieval could be judged; null where it could.
 * Throws what the evaluation store throws.
 */
export async function makeReport(
  deps: Pick<ReportSubject, "floors" | "margins" | "bars" | "at"> & {
    readonly evaluations: EvaluationStore;
    readonly store: RagStore;
  },
  record: RunRecord,
  against: Against | null,
): Promise<{ readonly report: Report; readonly unread: string | null }> {
  const { evaluations, store, ...subject } = deps;
  const records = against === null ? [record] : [record, against.record];
  const { runs, unread } = await readEvaluated({ evaluations, store }, records);
  const [run, other] = runs;
  if (run === undefined) throw new Error(`evaluation ${record.id} was read and is not there`);
  const compared = against === null || other === undefined ? null : { run: other, baseline: against.baseline };
  return { report: await collectReport(evaluations, { ...subject, run, against: compared }), unread };
}
