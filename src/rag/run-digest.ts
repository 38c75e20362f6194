import type { StoreNames } from "#src/rag/store";

/** Prefix of the digest's algorithm; `docs/rag-store.md` has the SQL, `docs/decisions/run-digest.md` the reasons. */
const ALGORITHM = "gl1";

const step = (column: string, seed: string): string =>
  `hashtextextended(coalesce('=' || ${column}::text, '-') COLLATE "C", ${seed})`;

/**
 * SQL that answers `chunks` (text) and `digest` of the run in `$1`: count and order-free digest in one sequential pass.
 * Each column's 64-bit hash seeds the next column's, over two seeds; the sums are exact.
 */
export function digestSql(chunks: StoreNames["chunks"]): string {
  const columns = [chunks.id, chunks.document, chunks.text, chunks.bm25Text, chunks.embeddingText, chunks.tokenCount];
  const row = (seed: 1 | 2): string =>
    columns.reduce(
      (inner, column) => step(column, inner),
      `coalesce(hash_array_extended(${chunks.embedding}::real[], ${seed}), 0)`,
    );
  const sum = (seed: 1 | 2): string => `coalesce(sum(${row(seed)}), 0)`;
  const short = `left(encode(sha256(convert_to(${sum(1)} || ',' || ${sum(2)}, 'UTF8')), 'hex'), 32)`;
  const major = "current_setting('server_version_num')::int / 10000";
  return `SELECT count(*)::text AS chunks,
       '${ALGORITHM}:' || ${major} || ':' || count(*) || ':' || ${short} AS digest
  FROM ${chunks.table} WHERE ${chunks.run} = $1`;
}
