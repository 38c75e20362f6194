import type { ScratchChunk } from "#src/operations/smoke/scratch-document";
import type { Found } from "#src/operations/smoke/work/check";
import {
  chunkValues,
  insertRow,
  runIdFor,
  runValues,
  UnknownTable,
  unknownColumns,
} from "#src/operations/smoke/work/scratch-rows";
import { readShape } from "#src/operations/smoke/work/table-shape";
import type { RagStore, StoreQuery } from "#src/rag/store";
import { RagStoreError } from "#src/rag/store-error";

/** The run id that is wanted, and the chunks with their vectors. */
export type Material = {
  readonly wanted: string;
  readonly chunks: readonly ScratchChunk[];
  readonly vectors: readonly (readonly number[])[];
};

/** Writes the run's row and its chunks, and answers with the run id that was used. Throws `UnknownTable` and `RagStoreError`. */
export async function ingest(
  query: StoreQuery,
  { names }: RagStore,
  { wanted, chunks, vectors }: Material,
  signal: AbortSignal,
): Promise<string> {
  const shape = await readShape(query, names.chunks.table);
  const run = runIdFor(shape, names.chunks.run, wanted);
  const rows = chunks.map((chunk, at) =>
    chunkValues(names.chunks, shape, { ...chunk, run, vector: vectors[at] ?? [] }),
  );
  const runShape = names.runs === null ? shape : await readShape(query, names.runs.table);
  const runRow = names.runs === null ? null : runValues(names.runs, { run, chunks: chunks.length, at: new Date() });
  const unknown = [
    ...(rows[0] === undefined ? [] : unknownColumns(shape, rows[0]).map((name) => `${names.chunks.table}.${name}`)),
    ...(runRow === null ? [] : unknownColumns(runShape, runRow).map((name) => `${names.runs?.table}.${name}`)),
  ];
  if (unknown.length > 0) {
    throw new UnknownTable(`NOT NULL without a default, and golive.yaml doesn't map it: ${unknown.join(", ")}`);
  }
  if (names.runs !== null && runRow !== null) await insertRow(query, names.runs.table, runShape, runRow);
  for (const row of rows) {
    signal.throwIfAborted();
    await insertRow(query, names.chunks.table, shape, row);
  }
  return run;
}

/** What the table wants and Golive doesn't know is no fault of the store. */
export async function orWhyNot(work: () => Promise<Found>): Promise<Found> {
  try {
    return await work();
  } catch (error) {
    const isUnknown = error instanceof UnknownTable;
    const isConstraint = error instanceof RagStoreError && error.sqlState?.startsWith("23") === true;
    if (isUnknown || isConstraint) {
      return {
        verdict: "inconclusive",
        summary: `No row could be written: the table wants what Golive doesn't know (${error.message}).`,
        next: "Give the column a default, or leave the suite out: smoke.off.db-workflows in golive.yaml, with the reason.",
      };
    }
    if (error instanceof RagStoreError && !error.retryable && error.code !== "denied") {
      return {
        verdict: "fail",
        summary: error.message,
        next: "An ingestion would fail like this. Mend what it names.",
      };
    }
    throw error;
  }
}
