/** SQL for `digest` and `chunks` of the run in `$1`: docs/rag-store.md written for the sandbox's columns. */
export const RUN_DIGEST_SQL = `
SELECT 'gl2:' || current_setting('server_version_num')::int / 10000 || ':' || count(*) || ':' ||
       left(encode(sha256(convert_to(
         coalesce(sum(hashint8extended(h, 1)), 0) || ',' || coalesce(sum(hashint8extended(h, 2)), 0),
         'UTF8')), 'hex'), 32) AS digest,
       count(*)::int AS chunks
  FROM (SELECT hash_record_extended(ROW(
                 chunk_id::text COLLATE "C", document_path::text COLLATE "C", chunk_text::text COLLATE "C",
                 bm25_text::text COLLATE "C", embedding_text::text COLLATE "C",
                 embedding_token_count::text COLLATE "C", embedding::real[]), 0) AS h
          FROM rag.document_chunks WHERE ingest_run_id = $1) AS hashed`;
