import { z } from "zod";
import type { Queryable } from "#src/manifest/manifest-records";
import type { ProcessSample } from "#src/resources/process-meter";

export const SAMPLES = "golive.process_sample";

/** A process that has not reported for so long is gone, and not even missed. */
export const FRESH_SECONDS = 60;

/** Reports come every 15 s. Whoever has been silent for longer hangs or was killed: what it said last is no news of it. */
export const SILENT_AFTER_MS = 25_000;

/** `bot`: `golive serve`; `command`: a command line that works jobs off. */
export type ProcessKind = "bot" | "command";

/** What a process reported last. `ageMs` by the database's clock. */
export type ReportedSample = ProcessSample & {
  readonly holder: string;
  readonly kind: string;
  readonly ageMs: number;
};

/** NaN and infinity too: what comes of them is the reader's to judge. */
const number = z.union([z.number(), z.nan(), z.literal(Number.POSITIVE_INFINITY), z.literal(Number.NEGATIVE_INFINITY)]);
const rowSchema = z.object({
  holder: z.string(),
  kind: z.string(),
  ageMs: number,
  observedMs: number,
  eventLoopLagMs: number,
  rssBytes: number,
  cpuShare: number,
});

/** Writes this process's row, and clears away those of processes that ended long ago without saying so. */
export async function saveSample(
  database: Queryable,
  holder: string,
  kind: ProcessKind,
  sample: ProcessSample,
): Promise<void> {
  const { observedMs, eventLoopLagMs, rssBytes, cpuShare } = sample;
  await database.query(
    `WITH gone AS (
       DELETE FROM ${SAMPLES} WHERE holder IN (SELECT holder FROM ${SAMPLES}
          WHERE sampled_at < clock_timestamp() - interval '1 day' FOR UPDATE SKIP LOCKED))
     INSERT INTO ${SAMPLES} (holder, kind, observed_ms, event_loop_lag_ms, rss_bytes, cpu_share)
     VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (holder) DO UPDATE SET sampled_at = clock_timestamp(), observed_ms = excluded.observed_ms,
       event_loop_lag_ms = excluded.event_loop_lag_ms, rss_bytes = excluded.rss_bytes, cpu_share = excluded.cpu_share`,
    [holder, kind, observedMs, eventLoopLagMs, rssBytes, cpuShare],
  );
}

export async function dropSample(database: Queryable, holder: string): Promise<void> {
  await database.query(`DELETE FROM ${SAMPLES} WHERE holder = $1`, [holder]);
}

/** Those whose last report still tells how they do, and those that have fallen silent. */
export function bySilence(samples: readonly ReportedSample[]) {
  const isSilent = ({ ageMs }: ReportedSample): boolean => !(ageMs <= SILENT_AFTER_MS);
  return { reporting: samples.filter((each) => !isSilent(each)), silent: samples.filter(isSilent) };
}

/** The processes that are not given up yet: each reported within the last minute. `table`: another one of the same shape. */
export function freshSamplesSql(table: string = SAMPLES): string {
  return `SELECT holder, kind, (extract(epoch FROM clock_timestamp() - sampled_at) * 1000)::float8 AS "ageMs",
       observed_ms AS "observedMs", event_loop_lag_ms AS "eventLoopLagMs", rss_bytes AS "rssBytes", cpu_share AS "cpuShare"
  FROM ${table} WHERE sampled_at > clock_timestamp() - interval '${FRESH_SECONDS} seconds' ORDER BY holder`;
}

export const readSampleRows = (rows: readonly unknown[]): readonly ReportedSample[] =>
  rows.map((row) => rowSchema.parse(row));
