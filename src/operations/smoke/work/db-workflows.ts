import type { ServiceConfig } from "#src/config/service-config";
import {
  chunkText,
  placeholderVector,
  SCRATCH_TEXT,
  SCRATCH_WORD,
  type ScratchChunk,
  scratchRun,
} from "#src/operations/smoke/scratch-document";
import type { SuiteFinding } from "#src/operations/smoke/suites";
import type { Checks, Found } from "#src/operations/smoke/work/check";
import type { Embedded } from "#src/operations/smoke/work/embed-scratch";
import {
  findByIndex,
  findByRun,
  findByVector,
  findByWord,
  type Scratch,
} from "#src/operations/smoke/work/find-scratch";
import { removeLeftOvers } from "#src/operations/smoke/work/left-overs";
import {
  chunkValues,
  insertRow,
  runIdFor,
  runValues,
  UnknownTable,
  unknownColumns,
} from "#src/operations/smoke/work/scratch-rows";
import { missingRights, readShape } from "#src/operations/smoke/work/table-shape";
import type { RagStore, StoreQuery } from "#src/rag/store";
import { RagStoreError } from "#src/rag/store-error";

export type DbWorkflowsDeps = {
  readonly service: ServiceConfig;
  readonly store: RagStore;
  /** The live run: never touched. */
  readonly live: string;
  readonly embed: (texts: readonly string[], dimension: number) => Promise<Embedded>;
  /** Machine time, in epoch milliseconds. */
  readonly now: () => number;
  /** Eight hexadecimal digits. */
  readonly random: () => string;
  readonly signal: AbortSignal;
};

/** Everything was looked at: what was written is taken back. */
class TakenBack extends Error {
  override readonly name = "TakenBack";
}

/** So many words of a chunk; the document is cut into three. */
const CHUNK_WORDS = 40;

/**
 * A document goes through the store as ingestion would bring it: written, found by run, word, vector and index, deleted. All in one
 * transaction that is rolled back: nobody ever sees a row of it, a crash leaves nothing, and no run named "complete" stands where a
 * release could choose it. What a COMMIT alone would show is asked for by hand: constraints that wait for it are made immediate.
 */
export async function dbWorkflows(deps: DbWorkflowsDeps, checks: Checks): Promise<SuiteFinding> {
  const { store, signal, live, service } = deps;
  const ready = await checks.run("rights", () => lookAtRights(store, signal));
  if (!ready) return { checks: checks.list, facts: {} };
  await checks.run("left-overs", () => removeLeftOvers(store, live, deps.now(), signal));
  const chunks = chunkText(SCRATCH_TEXT, Math.min(CHUNK_WORDS, service.retrieval.chunk_max_tokens));
  const dimension = service.retrieval.embedding_dimension;
  let embedded: Embedded = { vectors: chunks.map(({ ordinal }) => placeholderVector(ordinal, dimension)), how: "" };
  await checks.run("embed", async () => {
    embedded = await deps.embed(
      chunks.map(({ text }) => text),
      dimension,
    );
    return { verdict: "pass", summary: embedded.how };
  });
  const wanted = scratchRun(deps.now(), deps.random());
  let run = wanted;
  try {
    await store.transaction(
      "write",
      async (query) => {
        await query("SET LOCAL lock_timeout = '5s'");
        run = (await throughTheStore(deps, query, { wanted, chunks, vectors: embedded.vectors }, checks)) ?? wanted;
        throw new TakenBack();
      },
      signal,
    );
  } catch (error) {
    if (!(error instanceof TakenBack)) {
      await checks.run("ingest", () => Promise.reject(error));
      return { checks: checks.list, facts: {} };
    }
  }
  await checks.run("nothing-left", async () => {
    const left = await countOf(store, run, signal);
    return left === 0
      ? { verdict: "pass", summary: "After it, no row of it is in the store." }
      : {
          verdict: "fail",
          summary: `${left} rows of the scratch run ${run} are in the store after its transaction was rolled back.`,
          next: "Something between Golive and the store commits by itself: look at the proxy. The next run deletes the rows.",
        };
  });
  return { checks: checks.list, facts: {} };
}

type Material = {
  readonly wanted: string;
  readonly chunks: readonly ScratchChunk[];
  readonly vectors: readonly (readonly number[])[];
};

/** Inside the transaction. The run id that was used; null where nothing could be written. */
async function throughTheStore(
  { store, service, signal }: DbWorkflowsDeps,
  query: StoreQuery,
  { wanted, chunks, vectors }: Material,
  checks: Checks,
): Promise<string | null> {
  const { names } = store;
  let run: string | null = null;
  const written = await checks.run("ingest", () =>
    orWhyNot(async () => {
      run = await ingest(query, store, { wanted, chunks, vectors }, signal);
      // What waits for COMMIT would never be looked at.
      await query("SET CONSTRAINTS ALL IMMEDIATE");
      return { verdict: "pass", summary: `${chunks.length} chunks are written under the run ${run}.` };
    }),
  );
  if (!written || run === null) return null;
  const needle = chunks.findIndex(({ text }) => text.includes(SCRATCH_WORD));
  const texts = chunks.map(({ text }) => text);
  const scratch: Scratch = { run, texts, needle: texts[needle] ?? "", vector: vectors[needle] ?? [] };
  const { bm25_text: bm25, embedding } = service.rag_store.chunks;
  const columns = { bm25, embedding };
  // A statement that fails ends the whole transaction: each check has a place to go back to.
  const apart = (id: string, work: () => Promise<Found>) =>
    checks.run(id, async () => {
      await query("SAVEPOINT golive_check");
      try {
        return await work();
      } finally {
        await query("ROLLBACK TO SAVEPOINT golive_check").catch(() => undefined);
      }
    });
  await apart("by-run", () => findByRun(query, names.chunks, scratch));
  await apart("full-text", () => findByWord(query, names.chunks, columns, scratch));
  await apart("vector", () => findByVector(query, names.chunks, columns, scratch));
  await apart("index", () => findByIndex(query, names.chunks, columns, scratch));
  await apart("invisible", () => lookFromOutside(store, scratch.run, signal));
  await apart("delete", () => deleteAgain(query, store, scratch));
  return run;
}

async function ingest(
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
async function orWhyNot(work: () => Promise<Found>): Promise<Found> {
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

async function lookAtRights(store: RagStore, signal: AbortSignal): Promise<Found> {
  const tables = [store.names.chunks.table, ...(store.names.runs === null ? [] : [store.names.runs.table])];
  const looks = await store.transaction(
    "read",
    async (query) => {
      const found = [];
      for (const table of tables) found.push({ table, ...(await missingRights(query, table)) });
      return found;
    },
    signal,
  );
  const grants = looks
    .filter(({ missing }) => missing.length > 0)
    .map(({ table, role, missing }) => `GRANT ${missing.join(", ")} ON ${table} TO ${role};`);
  if (grants.length === 0) return { verdict: "pass", summary: "Golive's role may write and delete chunks." };
  return {
    verdict: "inconclusive",
    summary: "Golive's role may not write to the chunk tables, so whether an ingestion would work is not known.",
    next: `${grants.join(" ")} Or leave the suite out: smoke.off.db-workflows in golive.yaml, with the reason.`,
  };
}

async function deleteAgain(query: StoreQuery, { names }: RagStore, { run, texts }: Scratch): Promise<Found> {
  const { chunks, runs } = names;
  const gone = await query(`DELETE FROM ${chunks.table} WHERE ${chunks.run} = $1 RETURNING 1`, [run]);
  const left = await query(`SELECT 1 FROM ${chunks.table} WHERE ${chunks.run} = $1`, [run]);
  // While chunks stand, their foreign key keeps the run: that would only hide what is wrong.
  if (runs !== null && left.length === 0) await query(`DELETE FROM ${runs.table} WHERE ${runs.run} = $1`, [run]);
  return gone.length === texts.length && left.length === 0
    ? { verdict: "pass", summary: `${gone.length} chunks are deleted, none is left.` }
    : {
        verdict: "fail",
        summary: `${gone.length} of ${texts.length} chunks are deleted, ${left.length} are left.`,
        next: "See triggers, rules and row security on the chunk table.",
      };
}

/** Another connection, while the rows stand: what answers people must see nothing of them. */
async function lookFromOutside(store: RagStore, run: string, signal: AbortSignal): Promise<Found> {
  const seen = await countOf(store, run, signal);
  return seen === 0
    ? { verdict: "pass", summary: "No other connection sees a row of it." }
    : {
        verdict: "fail",
        summary: `Another connection sees ${seen} rows of the scratch run while its transaction is open.`,
        next: "Something between Golive and the store commits by itself: look at the proxy.",
      };
}

async function countOf(store: RagStore, run: string, signal: AbortSignal): Promise<number> {
  const { chunks } = store.names;
  return (await store.query(`SELECT 1 FROM ${chunks.table} WHERE ${chunks.run} = $1`, [run], signal)).length;
}
