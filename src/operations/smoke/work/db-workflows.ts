import type { ServiceConfig } from "#src/config/service-config";
import {
  chunkText,
  placeholderVector,
  SCRATCH_TEXT,
  SCRATCH_WORD,
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
import { ingest, type Material, orWhyNot } from "#src/operations/smoke/work/ingest-scratch";
import { removeLeftOvers } from "#src/operations/smoke/work/left-overs";
import { countOf, deleteAgain, lookAtRights, lookFromOutside } from "#src/operations/smoke/work/look-at-scratch";
import type { RagStore, StoreQuery } from "#src/rag/store";

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
