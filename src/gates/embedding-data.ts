import { z } from "zod";
import { dbNumber, readRow } from "#src/rag/read-row";
import type { RagStore } from "#src/rag/store";

const row = z.object({ total: dbNumber, missing: dbNumber, wrong: dbNumber, broken: dbNumber });

/** A run's embeddings: how many chunks, without one, of another dimension, with something that is no number inside. */
export type EmbeddingData = z.infer<typeof row> & { readonly sql: string };

/** One pass over the run. pgvector refuses NULL, NaN and infinity inside a vector by itself; arrays don't. */
export async function readEmbeddingData(
  store: RagStore,
  run: string,
  dimension: number,
  isArray: boolean,
  signal: AbortSignal,
): Promise<EmbeddingData> {
  const { table, embedding, run: runColumn } = store.names.chunks;
  const broken = isArray
    ? `array_position(${embedding}, NULL) IS NOT NULL OR 'NaN' = ANY (${embedding})
         OR 'Infinity' = ANY (${embedding}) OR '-Infinity' = ANY (${embedding})`
    : "false";
  const sql = `SELECT count(*) AS total,
       count(*) FILTER (WHERE ${embedding} IS NULL) AS missing,
       count(*) FILTER (WHERE cardinality(${embedding}::real[]) <> $2::int) AS wrong,
       count(*) FILTER (WHERE ${broken}) AS broken
  FROM ${table} WHERE ${runColumn} = $1`;
  return { ...readRow(row, await store.query(sql, [run, dimension], signal)), sql };
}
