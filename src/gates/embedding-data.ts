import { z } from "zod";
import { dbNumber, readRow } from "#src/rag/read-row";
import type { RagStore } from "#src/rag/store";

const row = z.object({ total: dbNumber, missing: dbNumber, wrong: dbNumber, broken: dbNumber, zero: dbNumber });

/**
 * A run's embeddings: how many chunks, without one, of another dimension (or a matrix), with something that is no number
 * inside, and with nothing but zeros: such a one has no direction, so nothing is near to it.
 */
export type EmbeddingData = z.infer<typeof row> & { readonly sql: string };

/** One pass over the run. pgvector refuses NULL, NaN and infinity inside a vector by itself; arrays don't. */
export async function readEmbeddingData(
  store: RagStore,
  run: string,
  dimension: number,
  type: string,
  signal: AbortSignal,
): Promise<EmbeddingData> {
  const { table, embedding, run: runColumn } = store.names.chunks;
  const isArray = type.startsWith("_");
  const array = isArray ? embedding : `${embedding}::real[]`;
  const element = type === "_float8" ? "double precision" : "real";
  // array_position refuses more than one dimension, and a matrix is no vector anyway.
  const broken = isArray
    ? `CASE WHEN array_ndims(${embedding}) = 1 THEN array_position(${embedding}, NULL) IS NOT NULL
         OR 'NaN' = ANY (${embedding}) OR 'Infinity' = ANY (${embedding}) OR '-Infinity' = ANY (${embedding}) END`
    : "false";
  const sql = `SELECT count(*) AS total,
       count(*) FILTER (WHERE ${embedding} IS NULL) AS missing,
       count(*) FILTER (WHERE cardinality(${array}) <> $2::int OR array_ndims(${array}) > 1) AS wrong,
       count(*) FILTER (WHERE ${broken}) AS broken,
       count(*) FILTER (WHERE ${array} = array_fill(0::${element}, ARRAY[$2::int])) AS zero
  FROM ${table} WHERE ${runColumn} = $1`;
  return { ...readRow(row, await store.query(sql, [run, dimension], signal)), sql };
}
