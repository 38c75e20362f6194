import { z } from "zod";
import { type CanaryState, newCanary } from "#src/canary/canary-state";
import { bucketOf } from "#src/canary/clock";
import type { BucketFigures } from "#src/canary/monitor/bucket-figures";
import { pack, stateDigest, unpack } from "#src/canary/monitor/pack-state";
import type { StoredBucket } from "#src/canary/monitor/series";
import type { Standout } from "#src/canary/monitor/worst-questions";
import type { Arm } from "#src/canary/observation";
import type { CanaryWatch } from "#src/canary/watch/state";
import type { Queryable } from "#src/manifest/manifest-records";
import type { Instant } from "#src/release/policy";

export type Heard = Readonly<Record<Arm, Instant | null>>;
export type Worst = Readonly<Record<string, readonly Standout[]>>;

/** What is kept of a canary between two buckets: a row of golive.canary_state, which says what the columns mean. */
export type KeptCanary = {
  readonly state: CanaryState;
  readonly worst: Worst;
  readonly digest: string;
  readonly asked: number;
  readonly through: number;
  readonly watermark: number;
  readonly heard: Heard;
  readonly seen: string;
};

const rowSchema = z
  .object({
    state: z.string(),
    worst: z.string(),
    digest: z.string(),
    asked: z.number(),
    through: z.number(),
    watermark: z.number(),
    heard_baseline: z.number().nullable(),
    heard_canary: z.number().nullable(),
    seen: z.string(),
  })
  .transform(
    ({ state, worst, heard_baseline, heard_canary, ...rest }): KeptCanary => ({
      ...rest,
      state: unpack(state),
      worst: unpack(worst),
      heard: { baseline: heard_baseline, canary: heard_canary },
    }),
  );

const COLUMNS = "state, worst, digest, asked, through, watermark, heard_baseline, heard_canary, seen::text AS seen";

/** Makes the row of a canary that nobody has looked at yet. */
export async function openCanary(database: Queryable, { id, policy, from }: CanaryWatch): Promise<void> {
  const state = newCanary(policy);
  const before = bucketOf(from) - 1;
  await database.query(
    `INSERT INTO golive.canary_state (canary, state, worst, digest, through, watermark, seen)
     VALUES ($1, $2, $3, $4, $5, $5, pg_current_snapshot()) ON CONFLICT (canary) DO NOTHING`,
    [id, pack(state), pack({}), stateDigest(state), before],
  );
}

export async function readCanary(database: Queryable, canary: string): Promise<KeptCanary | null> {
  return parse(await database.query(`SELECT ${COLUMNS} FROM golive.canary_state WHERE canary = $1`, [canary]));
}

/** The same, and nobody else closes until the transaction ends. Null: somebody else is at it. */
export async function holdCanary(database: Queryable, canary: string): Promise<KeptCanary | null> {
  const sql = `SELECT ${COLUMNS} FROM golive.canary_state WHERE canary = $1 FOR UPDATE SKIP LOCKED`;
  return parse(await database.query(sql, [canary]));
}

const parse = ({ rows }: { readonly rows: readonly unknown[] }): KeptCanary | null =>
  rows[0] === undefined ? null : rowSchema.parse(rows[0]);

/** Writes what was held, with what the transaction sees. */
export async function keepCanary(
  database: Queryable,
  canary: string,
  { state, worst, asked, through, watermark, heard }: Omit<KeptCanary, "digest" | "seen">,
): Promise<void> {
  await database.query(
    `UPDATE golive.canary_state SET state = $2, worst = $3, digest = $4, asked = $5, through = $6, watermark = $7,
       heard_baseline = $8, heard_canary = $9, seen = pg_current_snapshot() WHERE canary = $1`,
    [canary, pack(state), pack(worst), stateDigest(state), asked, through, watermark, heard.baseline, heard.canary],
  );
}

/** Writes down that a bucket was closed. Throws where it was before: then nothing of this transaction may stay. */
export async function keepBucket(
  database: Queryable,
  canary: string,
  bucket: number,
  kept: { readonly state: CanaryState; readonly observations: number; readonly figures: BucketFigures },
): Promise<void> {
  const { rows } = await database.query(
    `INSERT INTO golive.canary_bucket (canary, bucket, observations, digest, figures, seen)
     VALUES ($1, $2, $3, $4, $5, pg_current_snapshot()) ON CONFLICT (canary, bucket) DO NOTHING RETURNING bucket`,
    [canary, bucket, kept.observations, stateDigest(kept.state), pack(kept.figures)],
  );
  if (rows.length === 0) throw new Error(`bucket ${bucket} of ${canary} was closed before`);
}

const bucketSchema = z
  .object({ bucket: z.number(), figures: z.string() })
  .transform(({ bucket, figures }): StoredBucket => ({ bucket, figures: unpack(figures) }));

/** Closed buckets in their order, up to and with `last`. */
export async function readBuckets(database: Queryable, canary: string, last: number): Promise<StoredBucket[]> {
  const { rows } = await database.query(
    "SELECT bucket, figures FROM golive.canary_bucket WHERE canary = $1 AND bucket <= $2 ORDER BY bucket",
    [canary, last],
  );
  return rows.map((row) => bucketSchema.parse(row));
}
