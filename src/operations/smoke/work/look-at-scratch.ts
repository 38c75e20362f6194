import type { Found } from "#src/operations/smoke/work/check";
import type { Scratch } from "#src/operations/smoke/work/find-scratch";
import { missingRights } from "#src/operations/smoke/work/table-shape";
import type { RagStore, StoreQuery } from "#src/rag/store";

/** What the role may not do, as the GRANT that it lacks. */
export async function lookAtRights(store: RagStore, signal: AbortSignal): Promise<Found> {
  const tables = [store.names.chunks.table, ...(store.names.runs === null ? [] : [store.names.runs.table])];
  const looks = await store.transaction(
    "read",
    async (query) => {
      const found = [];
      for (const table of tables) found.push({ table, ...(await missingRights(query, table)) });
      return found;
    },
    signal,
  );
  const grants = looks
    .filter(({ missing }) => missing.length > 0)
    .map(({ table, role, missing }) => `GRANT ${missing.join(", ")} ON ${table} TO ${role};`);
  if (grants.length === 0) return { verdict: "pass", summary: "Golive's role may write and delete chunks." };
  return {
    verdict: "inconclusive",
    summary: "Golive's role may not write to the chunk tables, so whether an ingestion would work is not known.",
    next: `${grants.join(" ")} Or leave the suite out: smoke.off.db-workflows in golive.yaml, with the reason.`,
  };
}

/** Deletes what was written, and looks for what stays. */
export async function deleteAgain(query: StoreQuery, { names }: RagStore, { run, texts }: Scratch): Promise<Found> {
  const { chunks, runs } = names;
  const gone = await query(`DELETE FROM ${chunks.table} WHERE ${chunks.run} = $1 RETURNING 1`, [run]);
  const left = await query(`SELECT 1 FROM ${chunks.table} WHERE ${chunks.run} = $1`, [run]);
  // While chunks stand, their foreign key keeps the run: that would only hide what is wrong.
  if (runs !== null && left.length === 0) await query(`DELETE FROM ${runs.table} WHERE ${runs.run} = $1`, [run]);
  return gone.length === texts.length && left.length === 0
    ? { verdict: "pass", summary: `${gone.length} chunks are deleted, none is left.` }
    : {
        verdict: "fail",
        summary: `${gone.length} of ${texts.length} chunks are deleted, ${left.length} are left.`,
        next: "See triggers, rules and row security on the chunk table.",
      };
}

/** Another connection, while the rows stand: what answers people must see nothing of them. */
export async function lookFromOutside(store: RagStore, run: string, signal: AbortSignal): Promise<Found> {
  const seen = await countOf(store, run, signal);
  return seen === 0
    ? { verdict: "pass", summary: "No other connection sees a row of it." }
    : {
        verdict: "fail",
        summary: `Another connection sees ${seen} rows of the scratch run while its transaction is open.`,
        next: "Something between Golive and the store commits by itself: look at the proxy.",
      };
}

/** Rows of a run, as any other connection sees them. */
export async function countOf(store: RagStore, run: string, signal: AbortSignal): Promise<number> {
  const { chunks } = store.names;
  return (await store.query(`SELECT 1 FROM ${chunks.table} WHERE ${chunks.run} = $1`, [run], signal)).length;
}
