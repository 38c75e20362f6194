import type { RagStore } from "#src/rag/store";

/** One document as a run stored it: its chunks, in no particular order. */
export type StoredDocument = {
  readonly document: string;
  readonly chunks: readonly { readonly id: string; readonly text: string }[];
};

/** About so many chunks are in memory at a time: documents are read whole, corpora never are. */
const AT_ONCE = 5_000;

/**
 * Hands every document of a run to `look`, one after the other, from one consistent snapshot. A chunk without a text is left out.
 * `atOnce`: about how many chunks are read in one go; each go is one pass over the table. Throws `RagStoreError`, or what
 * `look` throws.
 */
export async function readDocuments(
  store: RagStore,
  run: string,
  look: (document: StoredDocument) => void,
  { signal, atOnce = AT_ONCE }: { readonly signal?: AbortSignal; readonly atOnce?: number } = {},
): Promise<void> {
  const { table, id, run: runColumn, document, text } = store.names.chunks;
  const where = `${runColumn}::text = $1 AND ${text} IS NOT NULL`;
  await store.transaction(
    "read",
    async (query) => {
      const [all] = await query<{ chunks: number }>(`SELECT count(*)::float8 AS chunks FROM ${table} WHERE ${where}`, [
        run,
      ]);
      const parts = Math.max(1, Math.ceil((all?.chunks ?? 0) / atOnce));
      for (let part = 0; part < parts; part++) {
        // By a hash of the document, so that its chunks are always in the same part.
        const rows = await query<{ document: string; id: string; text: string }>(
          `SELECT ${document}::text AS document, ${id}::text AS id, ${text}::text AS text FROM ${table}
            WHERE ${where} AND abs(hashtext(${document}::text)::bigint) % $2 = $3`,
          [run, parts, part],
        );
        for (const [name, chunks] of Map.groupBy(rows, (row) => row.document)) {
          look({ document: name, chunks: chunks.map((row) => ({ id: row.id, text: row.text })) });
        }
      }
    },
    signal,
  );
}
