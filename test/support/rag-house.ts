import { join } from "node:path";
import { ensureCandidate, ensureLiveRun } from "#sandbox/demo/populate";
import { createStore, putConfig, withStore } from "#sandbox/rag/rag-store";
import { RUN_DIGEST_SQL } from "#sandbox/rag/run-digest";
import { defaultServiceConfig } from "#sandbox/rag/service-defaults";
import { prepareRagStore } from "#src/rag/store-postgres";
import { copyDatabase, createEmptyDatabase, type TestDatabase } from "#test/support/postgres";

export const corpus = join(import.meta.dirname, "../../sandbox/corpus");

let filled: Promise<TestDatabase> | null = null;

/** The sandbox's own corpus ingested twice: run-1 is live, run-2 the candidate; configurations v1 (live) and v2; the ledger is there. */
async function fill(): Promise<TestDatabase> {
  const database = await createEmptyDatabase();
  await createStore(database.adminUrl, { grantTo: "golive_app" });
  await ensureLiveRun(database.adminUrl, corpus);
  await ensureCandidate(database.adminUrl, corpus);
  const { retrieval, ...rest } = defaultServiceConfig();
  await putConfig(database.adminUrl, "v2", { ...rest, retrieval: { ...retrieval, per_document_cap: 2 } });
  await prepareRagStore({ connectionString: database.adminUrl, grantTo: "golive_app" });
  return database;
}

/** A RAG store of this test alone, in a database of its own. The corpus is ingested once per test file and copied. */
export async function createRagHouse(): Promise<TestDatabase> {
  filled ??= fill();
  const copy = await copyDatabase(await filled);
  // Rights on a database don't travel with its copy.
  await createStore(copy.adminUrl, { grantTo: "golive_app" });
  return copy;
}

/** Changes the text of one chunk of a run behind everybody's back. `prefix`: what its search text now begins with. */
export async function editChunk(url: string, run: string, prefix: string): Promise<void> {
  await withStore(url, (client) =>
    client.query(
      `UPDATE rag.document_chunks SET bm25_text = $2 || bm25_text WHERE ingest_run_id = $1 AND chunk_id =
         (SELECT min(chunk_id) FROM rag.document_chunks WHERE ingest_run_id = $1)`,
      [run, prefix],
    ),
  );
}

/** Records count and digest of a run anew, as an ingestion does that writes over its own run. */
export async function recordAgain(url: string, run: string): Promise<void> {
  await withStore(url, (client) =>
    client.query(
      `WITH found AS (${RUN_DIGEST_SQL})
       UPDATE rag.ingest_runs SET chunk_count = found.chunks, content_digest = found.digest FROM found WHERE ingest_run_id = $1`,
      [run],
    ),
  );
}
