import type { Client } from "pg";
import { embed } from "#sandbox/rag/embed";
import type { GoldCase } from "#sandbox/rag/gold";
import { withStore } from "#sandbox/rag/rag-store";

/** `labelled`: answerable cases that name a document which the run holds. `hits` of those found it among the first `k`. */
export type RetrievalProbe = {
  readonly hits: number;
  readonly labelled: number;
  readonly total: number;
  readonly k: number;
  /** Ids of labelled cases whose document was not found. */
  readonly missed: readonly string[];
};

const K = 8;
const DEPTH = 40;
const RRF_K = 60;

type Embedded = { readonly id: string; readonly document: string; readonly vector: readonly number[] };

/**
 * Asks a run every gold question (full text and cosine, fused by reciprocal rank) and counts how often an expected
 * document is among the first eight chunks. For people to read beside a release: it decides nothing, and no case is left
 * out of `total`.
 */
export async function probeRetrieval(
  connectionString: string,
  run: string,
  cases: readonly GoldCase[],
): Promise<RetrievalProbe> {
  return withStore(connectionString, async (client) => {
    const chunks = await loadVectors(client, run);
    const documents = new Set(chunks.map((chunk) => chunk.document));
    const missed: string[] = [];
    let labelled = 0;
    for (const gold of cases) {
      const expected = [...documents].filter((document) =>
        gold.expectedFiles.some((file) => isSameFile(document, file)),
      );
      if (gold.negative || expected.length === 0) continue;
      labelled += 1;
      const found = await retrieve(client, run, chunks, gold.query);
      if (!found.some((document) => expected.includes(document))) missed.push(gold.id);
    }
    return { hits: labelled - missed.length, labelled, total: cases.length, k: K, missed };
  });
}

async function loadVectors(client: Client, run: string): Promise<Embedded[]> {
  const { rows } = await client.query<Embedded>(
    `SELECT chunk_id AS id, document_path AS document, embedding AS vector FROM rag.document_chunks
      WHERE ingest_run_id = $1 AND embedding IS NOT NULL ORDER BY chunk_id`,
    [run],
  );
  return rows;
}

async function retrieve(client: Client, run: string, chunks: readonly Embedded[], query: string): Promise<string[]> {
  // Any of the words: websearch's AND finds nothing for a question in whole sentences.
  const sparse = await client.query<{ id: string; document: string }>(
    `SELECT chunk_id AS id, document_path AS document
       FROM rag.document_chunks, (SELECT replace(plainto_tsquery('english', $2)::text, '&', '|')::tsquery AS any) AS asked
      WHERE ingest_run_id = $1 AND to_tsvector('english', bm25_text) @@ asked.any
      ORDER BY ts_rank_cd(to_tsvector('english', bm25_text), asked.any, 1) DESC, chunk_id LIMIT $3`,
    [run, query, DEPTH],
  );
  const asked = embed(query);
  const dense = chunks
    .map((chunk) => ({ chunk, score: dot(asked, chunk.vector) }))
    .sort((a, b) => b.score - a.score || (a.chunk.id < b.chunk.id ? -1 : 1))
    .slice(0, DEPTH)
    .map(({ chunk }) => chunk);
  return fuse([sparse.rows, dense]).slice(0, K);
}

/** Reciprocal rank fusion; ties go to the smaller id. Returns documents, one entry per chunk. */
function fuse(lists: readonly (readonly { readonly id: string; readonly document: string }[])[]): string[] {
  const scores = new Map<string, { readonly document: string; score: number }>();
  for (const list of lists) {
    for (const [rank, { id, document }] of list.entries()) {
      const entry = scores.get(id) ?? { document, score: 0 };
      entry.score += 1 / (RRF_K + rank + 1);
      scores.set(id, entry);
    }
  }
  return [...scores].sort(([a, x], [b, y]) => y.score - x.score || (a < b ? -1 : 1)).map(([, entry]) => entry.document);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
}

/** By whole path or by file name, whatever the case: gold files name documents either way. */
function isSameFile(document: string, expected: string): boolean {
  const name = (path: string) => path.replace(/^.*\//, "").toLowerCase();
  return document.toLowerCase() === expected.toLowerCase() || name(document) === name(expected);
}
