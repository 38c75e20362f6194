import { z } from "zod";
import { BUCKET_MS, bucketEnd, bucketOf } from "#src/canary/clock";
import type { Heard, KeptCanary } from "#src/canary/monitor/kept-canary";
import type { Observation } from "#src/canary/observation";
import { storedObservation } from "#src/canary/stored-observation";
import type { CanaryWatch } from "#src/canary/watch/state";
import type { Queryable } from "#src/manifest/manifest-records";
import { microsecondsOf } from "#src/observations/store-observations";
import type { Instant } from "#src/release/policy";

type Of = Pick<CanaryWatch, "service" | "from">;

const since = ({ from }: Of, bucket: number): string => microsecondsOf(Math.max(from, bucket * BUCKET_MS));
const MILLISECONDS = "(extract(epoch FROM o.at) * 1000)::float8";
const heardSchema = z.object({ baseline: z.number().nullable(), canary: z.number().nullable() });

/** The newest event of each arm. Looks at nothing from before the watermark, up to which it is known. */
export async function newestOf(database: Queryable, canary: Of, { heard, watermark }: KeptCanary): Promise<Heard> {
  const newest = (arm: string) =>
    `(SELECT ${MILLISECONDS} FROM golive.observation o WHERE o.service = $1 AND o.at >= $2::timestamptz AND o.arm = '${arm}'
       ORDER BY o.at DESC LIMIT 1)`;
  const { rows } = await database.query(`SELECT ${newest("baseline")} AS baseline, ${newest("canary")} AS canary`, [
    canary.service,
    since(canary, watermark + 1),
  ]);
  const found = heardSchema.parse(rows[0]);
  return { baseline: later(heard.baseline, found.baseline), canary: later(heard.canary, found.canary) };
}

export const later = (a: Instant | null, b: Instant | null): Instant | null =>
  a === null ? b : b === null ? a : Math.max(a, b);

const atSchema = z.object({ at: z.number() });

/** The first bucket behind `after`, and not behind `last`, in which anything is; null: none. */
export async function nextBucket(database: Queryable, canary: Of, after: number, last: number): Promise<number | null> {
  if (last <= after) return null;
  const { rows } = await database.query(
    `SELECT ${MILLISECONDS} AS at FROM golive.observation o
      WHERE o.service = $1 AND o.at >= $2::timestamptz AND o.at < $3::timestamptz ORDER BY o.at LIMIT 1`,
    [canary.service, since(canary, after + 1), microsecondsOf(bucketEnd(last))],
  );
  return rows[0] === undefined ? null : bucketOf(atSchema.parse(rows[0]).at);
}

/** What was found, and how many rows of it can't be read: one of them keeps nobody from the others. */
export type Read = { readonly observations: readonly Observation[]; readonly unreadable: number };

/** Everything that lies in a bucket since the start. */
export async function inBucket(database: Queryable, canary: Of, bucket: number): Promise<Read> {
  const { rows } = await database.query(
    "SELECT body FROM golive.observation WHERE service = $1 AND at >= $2::timestamptz AND at < $3::timestamptz",
    [canary.service, since(canary, bucket), microsecondsOf(bucketEnd(bucket))],
  );
  return readRows(rows);
}

/** Who came for a closed bucket after `kept` was written. Found by arrival, so that it reads nobody from before. */
export async function cameLate(database: Queryable, canary: Of, { through, seen }: KeptCanary): Promise<Read> {
  const { rows } = await database.query(
    `SELECT body FROM golive.observation
      WHERE service = $1 AND at >= $2::timestamptz AND at < $3::timestamptz
        AND tx >= pg_snapshot_xmin($4::pg_snapshot) AND NOT pg_visible_in_snapshot(tx, $4::pg_snapshot)`,
    [canary.service, microsecondsOf(canary.from), microsecondsOf(bucketEnd(through)), seen],
  );
  return readRows(rows);
}

const bodySchema = z.object({ body: z.string() });

function readRows(rows: readonly unknown[]): Read {
  const observations = rows.flatMap((row) => storedObservation(bodySchema.parse(row).body) ?? []);
  return { observations, unreadable: rows.length - observations.length };
}
