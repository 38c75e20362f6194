import type { StoreNames } from "#src/rag/store";

/** Prefix of the digest's algorithm; `docs/rag-store.md` has the SQL, `docs/decisions/run-digest.md` the reasons. */
const ALGORITHM = "gl2";

/**
 * SQL that answers `chunks` (text) and `digest` of the run in `$1`: count and order-free digest in one sequential pass that
 * Postgres may share between its workers. Each row is hashed once, to 64 bits; two differently seeded hashes of that are summed
 * up, exactly. Needs Postgres 14.
 */
export function digestSql(chunks: StoreNames["chunks"]): string {
  const texts = [chunks.id, chunks.document, chunks.text, chunks.bm25Text, chunks.embeddingText, chunks.tokenCount];
  const row = [...texts.map((column) => `${column}::text COLLATE "C"`), `${chunks.embedding}::real[]`].join(", ");
  const sum = (seed: 1 | 2): string => `coalesce(sum(hashint8extended(h, ${seed})), 0)`;
  const short = `left(encode(sha256(convert_to(${sum(1)} || ',' || ${sum(2)}, 'UTF8')), 'hex'), 32)`;
  const major = "current_setting('server_version_num')::int / 10000";
  return `SELECT count(*)::text AS chunks,
       '${ALGORITHM}:' || ${major} || ':' || count(*) || ':' || ${short} AS digest
  FROM (SELECT hash_record_extended(ROW(${row}), 0) AS h FROM ${chunks.table} WHERE ${chunks.run} = $1) AS hashed`;
}
