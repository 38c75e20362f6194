import type { EvaluatedRun } from "#src/evaluation/compare/evaluated-run";
import { createLabelling, type Labelling } from "#src/evaluation/compare/label-cases";
import { measureRun } from "#src/evaluation/compare/measure-case";
import type { GoldQuestion } from "#src/evaluation/run/case-record";
import type { EvaluationStore } from "#src/evaluation/run/evaluation-store";
import type { RunRecord } from "#src/evaluation/run/run-record";
import { readDocuments } from "#src/rag/read-documents";
import type { RagStore } from "#src/rag/store";
import { RagStoreError } from "#src/rag/store-error";

export type ReadEvaluated = {
  /** In the order that was asked for. */
  readonly runs: readonly EvaluatedRun[];
  /** Why nobody could look for evidence; null where somebody could. Then the oracles of retrieval are not measured. */
  readonly unread: string | null;
};

/**
 * Evaluations with everything that each case scored. Evidence is looked for in the documents of every ingestion run that they are
 * of, so that what one run lost still counts as missed in it. Throws what the evaluation store throws; a RAG store that
 * doesn't answer is told in `unread`.
 */
export async function readEvaluated(
  deps: { readonly evaluations: Pick<EvaluationStore, "cases">; readonly store: RagStore },
  records: readonly RunRecord[],
  signal?: AbortSignal,
): Promise<ReadEvaluated> {
  const labellings: Labelling[] = [];
  for (const { id, plan } of records) {
    labellings.push(createLabelling(await questionsOf(deps.evaluations, id), plan.pair.run));
  }
  const ingested = [...new Set(records.map(({ plan }) => plan.pair.run))];
  const unread = await lookAt(
    deps.store,
    ingested,
    (document) => {
      for (const labelling of labellings) labelling.look(document);
    },
    signal,
  );
  const runs: EvaluatedRun[] = [];
  for (const [index, record] of records.entries()) {
    const labelled = unread === null ? (labellings[index]?.labelled() ?? null) : null;
    runs.push(await measureRun(record, deps.evaluations.cases(record.id), labelled));
  }
  return { runs, unread };
}

async function questionsOf(evaluations: Pick<EvaluationStore, "cases">, run: string): Promise<GoldQuestion[]> {
  const questions: GoldQuestion[] = [];
  for await (const { gold, repeat } of evaluations.cases(run)) if (repeat === 0) questions.push(gold);
  return questions;
}

async function lookAt(
  store: RagStore,
  runs: readonly string[],
  look: Parameters<typeof readDocuments>[2],
  signal: AbortSignal | undefined,
): Promise<string | null> {
  let seen = 0;
  try {
    for (const run of runs) {
      const count: typeof look = (document) => {
        seen++;
        look(document);
      };
      await readDocuments(store, run, count, signal === undefined ? {} : { signal });
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof RagStoreError)) throw error;
    return error.message;
  }
  return seen > 0 ? null : `No chunk of ${runs.join(" or ")} is left in the RAG store.`;
}
