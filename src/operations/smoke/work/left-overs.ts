import { z } from "zod";
import { isLeftOver, SCRATCH_PREFIX } from "#src/operations/smoke/scratch-document";
import type { Found } from "#src/operations/smoke/work/check";
import { readRows } from "#src/rag/read-row";
import type { RagStore, StoreQuery } from "#src/rag/store";

/** Rows that are looked at; there should be none at all. */
const MOST_RUNS = 100;
/** More of one run than any of ours ever writes: then its name is ours by chance, or by somebody's joke. */
const MOST_CHUNKS = 20;

/**
 * Everything here is rolled back, so nothing of ours can be left. Should it be all the same (a proxy that commits by itself), rows whose
 * run id is ours to the letter and older than an hour are deleted, and that is said; whatever is live is never touched. `now`: machine time.
 */
export async function removeLeftOvers(store: RagStore, live: string, now: number, signal: AbortSignal): Promise<Found> {
  const { chunks, runs } = store.names;
  return store.transaction(
    "write",
    async (query): Promise<Found> => {
      const found = [
        ...(await scratchRuns(query, chunks.table, chunks.run)),
        ...(runs === null ? [] : await scratchRuns(query, runs.table, runs.run)),
      ];
      const old = [...new Set(found)].filter((run) => isLeftOver(run, now) && run !== live);
      if (old.length === 0) {
        return { verdict: "pass", summary: "Nothing of an earlier run is left." };
      }
      for (const run of old) {
        const many = await query(`SELECT 1 FROM ${chunks.table} WHERE ${chunks.run} = $1 LIMIT ${MOST_CHUNKS + 1}`, [
          run,
        ]);
        if (many.length > MOST_CHUNKS) {
          return {
            verdict: "inconclusive",
            summary: `The run ${run} has our name and more chunks than Golive ever writes: it was left alone.`,
            next: "See whose it is, and delete it by hand.",
          };
        }
      }
      for (const run of old) {
        await query(`DELETE FROM ${chunks.table} WHERE ${chunks.run} = $1`, [run]);
        if (runs !== null) await query(`DELETE FROM ${runs.table} WHERE ${runs.run} = $1`, [run]);
      }
      return {
        verdict: "inconclusive",
        summary: `${old.length} scratch run${old.length === 1 ? "" : "s"} of an earlier smoke stood in the store and ${old.length === 1 ? "was" : "were"} deleted: ${old[0]}.`,
        next: "Golive rolls its scratch rows back, so something between it and the store commits by itself: look at the proxy.",
      };
    },
    signal,
  );
}

async function scratchRuns(query: StoreQuery, table: string, run: string): Promise<readonly string[]> {
  const rows = await query(
    // The bounds let an index on the column answer; a run id that isn't text has none of ours.
    `SELECT DISTINCT ${run}::text AS run FROM ${table} WHERE ${run}::text >= $1 AND ${run}::text < $2 LIMIT ${MOST_RUNS}`,
    [SCRATCH_PREFIX, `${SCRATCH_PREFIX}:`],
  );
  return readRows(z.object({ run: z.string() }), rows).map((row) => row.run);
}
