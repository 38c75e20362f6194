/** The columns of a digest's chain, in the order that docs/rag-store.md gives. */
const CHAIN = [
  "chunk_id",
  "document_path",
  "chunk_text",
  "bm25_text",
  "embedding_text",
  "embedding_token_count",
] as const;

const sumOf = (seed: 1 | 2): string => {
  const row = CHAIN.reduce(
    (hash, column) => `hashtextextended(coalesce('=' || ${column}::text, '-') COLLATE "C", ${hash})`,
    `coalesce(hash_array_extended(embedding::real[], ${seed}), 0)`,
  );
  return `coalesce(sum(${row}), 0)`;
};

/** SQL for `digest` and `chunks` of the run in `$1`: docs/rag-store.md written for the sandbox's columns. */
export const RUN_DIGEST_SQL = `
SELECT 'gl1:' || current_setting('server_version_num')::int / 10000 || ':' || count(*) || ':' ||
       left(encode(sha256(convert_to(${sumOf(1)} || ',' || ${sumOf(2)}, 'UTF8')), 'hex'), 32) AS digest,
       count(*)::int AS chunks
  FROM rag.document_chunks WHERE ingest_run_id = $1`;
