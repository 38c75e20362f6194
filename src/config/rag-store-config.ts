import { z } from "zod";
import { envName } from "#src/config/names";

const identifier = z.string().min(1).max(63);
const table = z.string().min(1).max(127);

export const ragStoreSchema = z.strictObject({
  /** The variable that holds the connection string; the string itself never stands in a file. */
  url_env: envName,
  /** The same database as the tables' owner: only a restore of a backup uses it. Left out: `url_env`'s role owns them. */
  restore_url_env: envName.optional(),
  chunks: z.strictObject({
    table,
    id: identifier,
    run: identifier,
    document: identifier,
    text: identifier,
    bm25_text: identifier,
    embedding_text: identifier,
    embedding: identifier,
    token_count: identifier,
  }),
  /** Where ingestion records its runs. Absent: only adopted runs (`golive run adopt`) are known to be complete. */
  runs: z
    .strictObject({
      table,
      run: identifier,
      state: identifier,
      complete_value: z.string().min(1),
      chunks: identifier,
      digest: identifier,
      finished_at: identifier,
    })
    .optional(),
  pointer: z.strictObject({
    table,
    key_column: identifier,
    key: z.string().min(1),
    run: identifier,
    config: identifier,
  }),
  /** What a pointer's configuration version stands for. Without it no configuration could be reviewed, nor go live. */
  configs: z.strictObject({ table, version: identifier, body: identifier }),
});

export const retrievalSchema = z.strictObject({
  vector_index: z.enum(["hnsw", "ivfflat", "exact"]),
  embedding_dimension: z.int().min(1).max(16_000),
  embedder_max_tokens: z.int().min(1),
  chunk_max_tokens: z.int().min(1),
  context_chunks: z.int().min(1),
  context_budget_tokens: z.int().min(1),
  prefix: z.strictObject({
    policy: z.enum(["A", "none"]),
    pattern: z.string().min(1).max(200),
  }),
});
