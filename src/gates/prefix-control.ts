import { z } from "zod";
import { BLANKS } from "#src/gates/prefix-pattern";
import { begins, textOf, type Usable } from "#src/gates/prefix-sql";
import { dbNumber, readRows } from "#src/rag/read-row";
import type { RagStore } from "#src/rag/store";

/** So many first characters of the search texts are compared where nothing else shows that the pattern is the right one. */
const SHARED_CHARACTERS = 10;
/** From this share on, search texts that begin alike look like a prefix that the pattern misses. */
export const SHARED_MAX = 0.5;
/** Fewer chunks than this that begin alike may well do so by chance. */
const SHARED_MIN_CHUNKS = 3;

const shared = z.object({ beginning: z.string(), chunks: dbNumber });

/**
 * The control of policy `none`. Under A every embedding text has to match, which proves the pattern; under `none` nothing may,
 * and a pattern that can't match anything would pass over texts that all carry a prefix. So when most search texts begin
 * alike, and no text of any run matches, the pattern is not believed. Null when nothing speaks against it.
 */
export async function unprovenPattern(
  store: RagStore,
  candidate: { readonly run: string; readonly chunks: number },
  pattern: Usable,
  signal: AbortSignal,
): Promise<z.infer<typeof shared> | null> {
  const { table, run, bm25Text, embeddingText } = store.names.chunks;
  const rows = readRows(
    shared,
    await store.query(
      `SELECT left(ltrim(left(${bm25Text}, 100), $2::text), ${SHARED_CHARACTERS}) AS beginning, count(*) AS chunks
         FROM ${table} WHERE ${run} = $1 GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1`,
      [candidate.run, BLANKS],
      signal,
    ),
  );
  const [most] = rows;
  if (most === undefined || most.chunks < SHARED_MIN_CHUNKS || most.chunks / candidate.chunks <= SHARED_MAX)
    return null;
  const matching = await store.query(
    `SELECT 1 FROM ${table}
      WHERE $1::text IS NOT NULL AND (${begins(textOf(bm25Text, pattern), pattern)} OR ${begins(textOf(embeddingText, pattern), pattern)}) LIMIT 1`,
    [candidate.run, pattern.operand, BLANKS],
    signal,
  );
  return matching.length > 0 ? null : most;
}
