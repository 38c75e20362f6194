import type { Queryable } from "#src/manifest/manifest-records";
import type { ObservationRow } from "#src/observations/prepare-rows";

/**
 * Stores what isn't there yet, all of it or nothing, in one statement. Returns the rows that were new, in the given order; of two with the same
 * service and trace the first is. Durable when it resolves, unless `database` is in a transaction of the caller's.
 */
export async function storeObservations(
  database: Queryable,
  rows: readonly ObservationRow[],
): Promise<readonly ObservationRow[]> {
  if (rows.length === 0) return [];
  const { rows: answered } = await database.query(
    "SELECT golive.store_observations($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5) AS places",
    [
      rows.map(({ service }) => service),
      rows.map(({ at }) => microsecondsOf(at)),
      rows.map(({ traceId }) => traceId),
      rows.map(({ arm }) => arm),
      // JSON holds no line break.
      rows.map(({ body }) => body).join("\n"),
    ],
  );
  const places = new Set(placesOf(answered[0]));
  return rows.filter((_, index) => places.has(index + 1));
}

function placesOf(row: unknown): readonly number[] {
  if (typeof row === "object" && row !== null && "places" in row && Array.isArray(row.places)) return row.places;
  throw new Error("golive.store_observations did not answer with places");
}

/** Rounded down to microseconds, as text that Postgres reads without rounding again. */
export function microsecondsOf(at: number): string {
  const whole = Math.floor(at);
  const micros = Math.floor((at - whole) * 1_000);
  return `${new Date(whole).toISOString().slice(0, -1)}${String(micros).padStart(3, "0")}Z`;
}
