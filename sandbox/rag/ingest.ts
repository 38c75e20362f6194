import type { Client } from "pg";
import {
  type Chunking,
  chunkMarkdown,
  DEFAULT_CHUNKING,
  embeddingPrefix,
  type MarkdownDocument,
} from "#sandbox/rag/chunk-markdown";
import { embed } from "#sandbox/rag/embed";
import { type ChunkRow, cutBlindly, type Faults, plantFaults } from "#sandbox/rag/faults";
import { withStore } from "#sandbox/rag/rag-store";
import { readCorpus } from "#sandbox/rag/read-corpus";
import { RUN_DIGEST_SQL } from "#sandbox/rag/run-digest";
import { countTokens } from "#sandbox/rag/tokenizer";

export type IngestRequest = {
  readonly connectionString: string;
  readonly run: string;
  /** A folder of Markdown, or documents at hand. */
  readonly from: { readonly dir: string } | { readonly documents: readonly MarkdownDocument[] };
  readonly chunking?: Chunking;
  /** What goes wrong, as it goes wrong in the wild. Nothing unless asked for. */
  readonly faults?: Faults;
};

export type Ingested = {
  readonly run: string;
  readonly state: "complete" | "running";
  readonly chunks: number;
  /** As recorded with the run; null when the run never finished. */
  readonly digest: string | null;
};

const BATCH_ROWS = 500;

/**
 * Cuts, embeds and stores a corpus under a new run, as docs/rag-store.md asks of ingestion: the run's row first, all chunks
 * in one transaction, then state, count and digest in one statement. A run id that exists is refused by the database.
 */
export async function ingest(request: IngestRequest): Promise<Ingested> {
  const { connectionString, run, chunking = DEFAULT_CHUNKING, faults = {} } = request;
  const documents = "dir" in request.from ? await readCorpus(request.from.dir) : request.from.documents;
  const rows = plantFaults(
    documents.flatMap((document) => toRows(document, chunking, faults.brokenChunker === true)),
    faults,
  );
  return withStore(connectionString, async (client) => {
    await client.query("INSERT INTO rag.ingest_runs (ingest_run_id, state) VALUES ($1, 'running')", [run]);
    await client.query("BEGIN");
    if (faults.upsertOver !== undefined) await takeOver(client, run, faults.upsertOver);
    for (let from = 0; from < rows.length; from += BATCH_ROWS) {
      await insertRows(client, run, rows.slice(from, from + BATCH_ROWS));
    }
    await client.query("COMMIT");
    // A planner without statistics reads small tables in ways that a filled store never sees.
    await client.query("ANALYZE rag.document_chunks");
    if (faults.stopAfter !== undefined) return { run, state: "running", chunks: rows.length, digest: null };
    return complete(client, run);
  });
}

/** Prefix policy A: the prefix is embedded, and the text that full-text search sees stays without it. */
function toRows(document: MarkdownDocument, chunking: Chunking, brokenChunker: boolean): ChunkRow[] {
  const prefix = embeddingPrefix(document.title);
  const room = chunking.maxTokens - countTokens(prefix);
  const texts = brokenChunker
    ? cutBlindly(document.body)
    : chunkMarkdown(document.body, {
        maxTokens: Math.max(room, chunking.overlapTokens + 1),
        overlapTokens: chunking.overlapTokens,
      });
  return texts.map((text, index) => ({
    id: `${document.path}#${String(index + 1).padStart(4, "0")}`,
    document: document.path,
    text,
    bm25Text: text,
    embeddingText: prefix + text,
    embedding: embed(prefix + text),
    tokens: countTokens(prefix + text),
  }));
}

async function insertRows(client: Client, run: string, rows: readonly ChunkRow[]): Promise<void> {
  await client.query(
    `INSERT INTO rag.document_chunks
       (ingest_run_id, chunk_id, document_path, chunk_text, bm25_text, embedding_text, embedding, embedding_token_count)
     SELECT $1, id, document, body, bm25, embedded, vector::real[], tokens
       FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::int[])
         AS row (id, document, body, bm25, embedded, vector, tokens)
     ON CONFLICT (ingest_run_id, chunk_id) DO UPDATE SET
       document_path = excluded.document_path, chunk_text = excluded.chunk_text, bm25_text = excluded.bm25_text,
       embedding_text = excluded.embedding_text, embedding = excluded.embedding,
       embedding_token_count = excluded.embedding_token_count`,
    [
      run,
      rows.map((row) => row.id),
      rows.map((row) => row.document),
      rows.map((row) => row.text),
      rows.map((row) => row.bm25Text),
      rows.map((row) => row.embeddingText),
      rows.map((row) => (row.embedding === null ? null : `{${row.embedding.join(",")}}`)),
      rows.map((row) => row.tokens),
    ],
  );
}

/** What an upsert keyed by chunk id alone does to the run before: its rows change hands. */
async function takeOver(client: Client, run: string, victim: { run: string; chunks: number }): Promise<void> {
  await client.query(
    `UPDATE rag.document_chunks SET ingest_run_id = $1
      WHERE (ingest_run_id, chunk_id) IN (
        SELECT ingest_run_id, chunk_id FROM rag.document_chunks WHERE ingest_run_id = $2 ORDER BY chunk_id LIMIT $3)`,
    [run, victim.run, victim.chunks],
  );
}

async function complete(client: Client, run: string): Promise<Ingested> {
  const { rows } = await client.query<{ chunks: number; digest: string }>(
    `WITH found AS (${RUN_DIGEST_SQL})
     UPDATE rag.ingest_runs SET state = 'complete', chunk_count = found.chunks, content_digest = found.digest,
            finished_at = now()
       FROM found WHERE ingest_run_id = $1
     RETURNING found.chunks, found.digest`,
    [run],
  );
  const [found] = rows;
  if (found === undefined) throw new Error(`run ${run} vanished while it was ingested`);
  return { run, state: "complete", chunks: found.chunks, digest: found.digest };
}
