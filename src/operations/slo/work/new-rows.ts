import type { PoolClient } from "pg";
import { z } from "zod";
import type { Observation } from "#src/canary/observation";
import { storedObservation } from "#src/canary/stored-observation";

/** Where adding up stands within what `target` shows; null: at its beginning. */
export type Cursor = { readonly tx: string; readonly at: string; readonly trace: string };

/** A page of observations that were not added yet. `last`: where it ended; null: nothing was left. */
export type NewRows = {
  readonly observations: readonly Observation[];
  readonly unreadable: number;
  readonly last: Cursor | null;
};

/** Rows of one transaction: some tens of milliseconds. */
export const PAGE = 5_000;

const rowSchema = z.object({ tx: z.string(), at: z.string(), trace: z.string(), body: z.string() });

// By arrival, so that nobody is looked at who was added before; the index is (service, tx). The text carries the microseconds.
const SQL = `
  SELECT tx::text AS tx, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at, trace_id AS trace, body
    FROM golive.observation
   WHERE service = $1 AND tx >= coalesce($4::xid8, pg_snapshot_xmin($2::pg_snapshot)) AND tx < pg_snapshot_xmax($3::pg_snapshot)
     AND NOT pg_visible_in_snapshot(tx, $2::pg_snapshot) AND pg_visible_in_snapshot(tx, $3::pg_snapshot)
     AND ($4::xid8 IS NULL OR tx > $4::xid8 OR (at, trace_id COLLATE "C") > ($5::timestamptz, $6::text))
   ORDER BY observation.tx, observation.at, trace_id COLLATE "C" LIMIT ${PAGE}`;

/** The next observations that `target` shows and `seen` doesn't. */
export async function newRows(
  client: PoolClient,
  service: string,
  { seen, target }: { readonly seen: string; readonly target: string },
  cursor: Cursor | null,
): Promise<NewRows> {
  const { tx = null, at = null, trace = null } = cursor ?? {};
  const { rows } = await client.query(SQL, [service, seen, target, tx, at, trace]);
  const read = rows.map((row) => rowSchema.parse(row));
  const observations = read.flatMap(({ body }) => storedObservation(body) ?? []);
  const { body: _, ...last } = read.at(-1) ?? { body: "" };
  return {
    observations,
    unreadable: read.length - observations.length,
    last: "tx" in last ? last : null,
  };
}
