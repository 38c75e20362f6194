import { Pool, type QueryResult, type QueryResultRow } from "pg";
import { HttpError } from "#sandbox/rag-service/http-error";

export type PairName = { readonly run: string; readonly config: string };
export type StoredChunk = {
  readonly id: string;
  readonly document: string;
  readonly text: string;
  readonly bm25Text: string;
};
/** A chunk's place in a list, best first. */
export type Hit = { readonly id: string; readonly score: number };
type Vectors = { readonly stamp: string; readonly chunks: readonly { id: string; vector: Float32Array }[] };

/** Runs whose vectors are kept in memory. */
const MOST_RUNS = 4;

/** What the service reads of the store. The pointer is read anew for every request, so a cutover needs no restart. */
export type StoreReader = {
  pointer(service: string): Promise<PairName | null>;
  /** The body of a configuration version; undefined when there is none. */
  configuration(version: string): Promise<unknown>;
  /** Null: no such run. */
  runState(run: string): Promise<string | null>;
  /** Full-text search over any word of the question. */
  sparse(run: string, question: string, limit: number): Promise<readonly Hit[]>;
  /** Cosine similarity, exact, over every chunk of the run; only those above `least`. */
  dense(run: string, vector: readonly number[], limit: number, least: number): Promise<readonly Hit[]>;
  /** The chunks of these ids, by id. */
  chunks(run: string, ids: readonly string[]): Promise<ReadonlyMap<string, StoredChunk>>;
  close(): Promise<void>;
};

export function openStore(connectionString: string): StoreReader {
  const pool = new Pool({ connectionString, max: 4, application_name: "sandbox-rag-service" });
  // An idle connection may break when the server restarts; the next query opens another.
  pool.on("error", () => undefined);
  const kept = new Map<string, Vectors>();

  async function query<R extends QueryResultRow>(sql: string, values: readonly unknown[]): Promise<QueryResult<R>> {
    try {
      return await pool.query<R>(sql, [...values]);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : "no code";
      throw new HttpError(503, `the store doesn't answer (${code})`);
    }
  }

  async function vectorsOf(run: string): Promise<Vectors["chunks"]> {
    const stamp = await stampOf(run);
    const known = kept.get(run);
    if (known?.stamp === stamp) return known.chunks;
    const { rows } = await query<{ id: string; vector: number[] }>(
      `SELECT chunk_id AS id, embedding AS vector FROM rag.document_chunks
        WHERE ingest_run_id = $1 AND embedding IS NOT NULL ORDER BY chunk_id`,
      [run],
    );
    const chunks = rows.map(({ id, vector }) => ({ id, vector: Float32Array.from(vector) }));
    kept.delete(run);
    kept.set(run, { stamp, chunks });
    const [oldest] = kept.keys();
    if (kept.size > MOST_RUNS && oldest !== undefined) kept.delete(oldest);
    return chunks;
  }

  /** Changes whenever ingestion finishes the run anew. */
  async function stampOf(run: string): Promise<string> {
    const { rows } = await query<{ stamp: string }>(
      `SELECT concat_ws(' ', state, chunk_count, content_digest, finished_at) AS stamp FROM rag.ingest_runs
        WHERE ingest_run_id = $1`,
      [run],
    );
    return rows[0]?.stamp ?? "";
  }

  return {
    async pointer(service) {
      const { rows } = await query<{ run: string | null; config: string | null }>(
        "SELECT ingest_run_id AS run, config_version AS config FROM rag.active_pointer WHERE service = $1",
        [service],
      );
      const { run = null, config = null } = rows[0] ?? {};
      return run === null || config === null ? null : { run, config };
    },
    async configuration(version) {
      const { rows } = await query<{ body: unknown }>(
        "SELECT body FROM rag.service_configs WHERE config_version = $1",
        [version],
      );
      return rows[0]?.body;
    },
    async runState(run) {
      const { rows } = await query<{ state: string }>("SELECT state FROM rag.ingest_runs WHERE ingest_run_id = $1", [
        run,
      ]);
      return rows[0]?.state ?? null;
    },
    async sparse(run, question, limit) {
      // Any of the words: websearch's AND finds nothing for a question in whole sentences.
      const { rows } = await query<Hit>(
        `SELECT chunk_id AS id, ts_rank_cd(to_tsvector('english', bm25_text), asked.any, 1)::float8 AS score
           FROM rag.document_chunks,
                (SELECT replace(plainto_tsquery('english', $2)::text, '&', '|')::tsquery AS any) AS asked
          WHERE ingest_run_id = $1 AND to_tsvector('english', bm25_text) @@ asked.any
          ORDER BY score DESC, chunk_id COLLATE "C" LIMIT $3`,
        [run, question, limit],
      );
      return rows;
    },
    async dense(run, vector, limit, least) {
      const chunks = await vectorsOf(run);
      return chunks
        .map((chunk) => ({ id: chunk.id, score: dot(vector, chunk.vector) }))
        .filter(({ score }) => score >= least)
        .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
        .slice(0, limit);
    },
    async chunks(run, ids) {
      const { rows } = await query<StoredChunk>(
        `SELECT chunk_id AS id, document_path AS document, chunk_text AS text, bm25_text AS "bm25Text"
           FROM rag.document_chunks WHERE ingest_run_id = $1 AND chunk_id = ANY($2)`,
        [run, ids],
      );
      return new Map(rows.map((row) => [row.id, row]));
    },
    close: () => pool.end(),
  };
}

/** Both have length 1, so this is their cosine. */
function dot(a: readonly number[], b: Float32Array): number {
  let sum = 0;
  for (const [at, value] of a.entries()) sum += value * (b[at] ?? 0);
  return sum;
}
