import type { Client } from "pg";
import { type AnswerPattern, type EvidenceChunk, holds, joinAdjacent, patternOf } from "#sandbox/rag/answer-evidence";
import { embed } from "#sandbox/rag/embed";
import type { GoldCase } from "#sandbox/rag/gold";
import { withStore } from "#sandbox/rag/rag-store";

/**
 * How the cases were labelled, and for how many of the labelled ones the evidence was among the first `k` chunks.
 * `byDocument`: they name a document that the run holds. `byAnswer`: they name none, and the documents hold the words of their
 * answer. `withoutEvidence`: neither; they leave the denominator. `negative`: nothing is to be found.
 */
export type RetrievalProbe = {
  readonly hits: number;
  readonly byDocument: number;
  readonly byAnswer: number;
  readonly withoutEvidence: number;
  readonly negative: number;
  readonly total: number;
  readonly k: number;
  /** Ids of labelled cases whose evidence was not found. */
  readonly missed: readonly string[];
};

const K = 8;
const DEPTH = 40;
const RRF_K = 60;

type Stored = EvidenceChunk & { readonly vector: readonly number[] | null };
type Found = { readonly id: string; readonly document: string };

/**
 * Asks a run every gold question (full text and cosine, fused by reciprocal rank) and counts how often the evidence is among
 * the first eight chunks: a document that the case names, else the words of its answer (`patternOf`). For people to read beside
 * a release: it decides nothing, and every case of the file is in exactly one of the counts.
 */
export async function probeRetrieval(
  connectionString: string,
  run: string,
  cases: readonly GoldCase[],
): Promise<RetrievalProbe> {
  return withStore(connectionString, async (client) => {
    const chunks = await loadChunks(client, run);
    const byId = new Map(chunks.map((chunk) => [chunk.id, chunk]));
    const labelOf = labeller(chunks);
    const counts = { document: 0, answer: 0, none: 0, negative: 0 };
    const missed: string[] = [];
    for (const gold of cases) {
      const label = gold.negative ? ({ kind: "negative" } as const) : labelOf(gold);
      counts[label.kind] += 1;
      if (label.kind === "negative" || label.kind === "none") continue;
      const found = await retrieve(client, run, chunks, gold.query);
      const snapshot = () => joinAdjacent(found.flatMap(({ id }) => byId.get(id) ?? []));
      const hit =
        label.kind === "document"
          ? found.some(({ document }) => label.documents.has(document))
          : label.patterns.some((pattern) => holds(snapshot(), pattern));
      if (!hit) missed.push(gold.id);
    }
    return {
      hits: counts.document + counts.answer - missed.length,
      byDocument: counts.document,
      byAnswer: counts.answer,
      withoutEvidence: counts.none,
      negative: counts.negative,
      total: cases.length,
      k: K,
      missed,
    };
  });
}

type Label =
  | { readonly kind: "document"; readonly documents: ReadonlySet<string> }
  | { readonly kind: "answer"; readonly patterns: readonly AnswerPattern[] }
  | { readonly kind: "none" };

/** What counts as evidence for a case in this run, in the order of how sure it is. */
function labeller(chunks: readonly Stored[]): (gold: GoldCase) => Label {
  const documents = [...new Set(chunks.map((chunk) => chunk.document))];
  const whole = joinAdjacent(chunks);
  return ({ expectedFiles, answers }) => {
    const named = documents.filter((document) => expectedFiles.some((file) => isSameFile(document, file)));
    if (named.length > 0) return { kind: "document", documents: new Set(named) };
    const patterns = answers.flatMap((answer) => patternOf(answer) ?? []).filter((pattern) => holds(whole, pattern));
    return patterns.length > 0 ? { kind: "answer", patterns } : { kind: "none" };
  };
}

async function loadChunks(client: Client, run: string): Promise<Stored[]> {
  const { rows } = await client.query<Stored>(
    `SELECT chunk_id AS id, document_path AS document, chunk_text AS text, embedding AS vector
       FROM rag.document_chunks WHERE ingest_run_id = $1 ORDER BY chunk_id`,
    [run],
  );
  return rows;
}

async function retrieve(client: Client, run: string, chunks: readonly Stored[], query: string): Promise<Found[]> {
  // Any of the words: websearch's AND finds nothing for a question in whole sentences.
  const sparse = await client.query<Found>(
    `SELECT chunk_id AS id, document_path AS document
       FROM rag.document_chunks, (SELECT replace(plainto_tsquery('english', $2)::text, '&', '|')::tsquery AS any) AS asked
      WHERE ingest_run_id = $1 AND to_tsvector('english', bm25_text) @@ asked.any
      ORDER BY ts_rank_cd(to_tsvector('english', bm25_text), asked.any, 1) DESC, chunk_id LIMIT $3`,
    [run, query, DEPTH],
  );
  const asked = embed(query);
  const dense = chunks
    .flatMap((chunk) => (chunk.vector === null ? [] : [{ chunk, score: dot(asked, chunk.vector) }]))
    .sort((a, b) => b.score - a.score || (a.chunk.id < b.chunk.id ? -1 : 1))
    .slice(0, DEPTH)
    .map(({ chunk }) => chunk);
  return fuse([sparse.rows, dense]).slice(0, K);
}

/** Reciprocal rank fusion; ties go to the smaller id. */
function fuse(lists: readonly (readonly Found[])[]): Found[] {
  const scores = new Map<string, { readonly document: string; score: number }>();
  for (const list of lists) {
    for (const [rank, { id, document }] of list.entries()) {
      const entry = scores.get(id) ?? { document, score: 0 };
      entry.score += 1 / (RRF_K + rank + 1);
      scores.set(id, entry);
    }
  }
  return [...scores]
    .sort(([a, x], [b, y]) => y.score - x.score || (a < b ? -1 : 1))
    .map(([id, { document }]) => ({ id, document }));
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
}

/** By whole path or by file name, whatever the case: gold files name documents either way. */
function isSameFile(document: string, expected: string): boolean {
  const name = (path: string) => path.replace(/^.*\//, "").toLowerCase();
  return document.toLowerCase() === expected.toLowerCase() || name(document) === name(expected);
}
