import type { Pool } from "pg";
import { z } from "zod";
import { probeName } from "#src/canary/probes/probe-order";
import { caseValue, type EvaluatedCase, type EvaluatedRun } from "#src/evaluation/compare/evaluated-run";
import type { RunRecord } from "#src/evaluation/run/run-record";
import type { Log } from "#src/log";
import type { Queryable } from "#src/manifest/manifest-records";
import { keepQuestions, pairOrigin, type QuestionScore } from "#src/operations/slo/work/kept-questions";
import type { Pair } from "#src/release/events";

export type FoldDeps = {
  readonly pool: Pick<Pool, "connect" | "query">;
  readonly run: (id: string) => Promise<RunRecord | null>;
  /** A run with what each case scored. `unread`: why nobody could look for evidence in the documents. */
  readonly evaluated: (record: RunRecord) => Promise<{ readonly run: EvaluatedRun; readonly unread: string | null }>;
  /** The manifest that was frozen when this pair went live; null: none was. */
  readonly manifestOf: (service: string, pair: Pair) => Promise<string | null>;
  readonly wasLive: (service: string, pair: Pair) => Promise<boolean>;
  /** Domain time. */
  readonly now: () => number;
  readonly log: Pick<Log, "warn">;
};

/** So many in one look, and so many tries: each reads everything that its service answered. */
const MOST = 4;
const MOST_TRIES = 20;
const DAY_MS = 86_400_000;
/** Documents that can't be read for so long won't be: the rest of the evaluation counts without them. */
const PATIENCE_MS = DAY_MS;
/** What ended since then is counted by the next look. */
const FRESH_MS = 600_000;

const TIMED_OUT = "timeout";
const SCORES = { oracle_prefilter: "oracle_retrieval_hit_prefilter", reader_used_gold: "reader_used_gold" } as const;

/** Ended, and not counted yet; $1: the service, $2: since when, epoch milliseconds. */
const UNCOUNTED = `
  FROM golive.evaluation_run r
 WHERE r.service = $1 AND r.state IN ('finished', 'inconclusive') AND r.ended_at >= to_timestamp($2::float8 / 1000)
   AND NOT EXISTS (SELECT FROM golive.slo_evaluation e WHERE e.run = r.id)`;

/**
 * Keeps what ended evaluations of the last `days` show, each once. Returns how many were new. One that can't be read keeps nobody from the
 * others; while it isn't counted, \`sumEvaluations\` says so.
 */
export async function foldEvaluations(deps: FoldDeps, service: string, days: number): Promise<number> {
  const since = deps.now() - days * DAY_MS;
  const { rows } = await deps.pool.query(`SELECT r.id ${UNCOUNTED} ORDER BY r.ended_at LIMIT ${MOST_TRIES}`, [
    service,
    since,
  ]);
  let folded = 0;
  for (const row of rows) {
    if (folded >= MOST) break;
    const { id } = z.object({ id: z.string() }).parse(row);
    try {
      if (await foldOne(deps, service, id)) folded++;
    } catch (err) {
      deps.log.warn({ err, service, run: id }, "an evaluation could not be counted for the SLOs; it is tried again");
    }
  }
  return folded;
}

async function foldOne(deps: FoldDeps, service: string, id: string): Promise<boolean> {
  const record = await deps.run(id);
  if (record === null || record.endedAt === null) return false;
  const { run, unread } = await deps.evaluated(record);
  if (unread !== null && deps.now() - record.endedAt < PATIENCE_MS) return false;
  const { pair } = record.plan;
  const manifest = record.plan.manifest ?? (await deps.manifestOf(service, pair));
  const counted = manifest !== null || (await deps.wasLive(service, pair));
  const client = await deps.pool.connect();
  try {
    await client.query("BEGIN");
    await keepQuestions(client, service, scoresOf(run, record.endedAt));
    const isNew = await keep(client, service, record.endedAt, { run, manifest, counted });
    await client.query("COMMIT");
    return isNew;
  } catch (error) {
    await client.query("ROLLBACK").catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}

async function keep(
  client: Queryable,
  service: string,
  endedAt: number,
  {
    run,
    manifest,
    counted,
  }: { readonly run: EvaluatedRun; readonly manifest: string | null; readonly counted: boolean },
): Promise<boolean> {
  const trials = run.cases.flatMap((each) => each.trials);
  const asked = trials.filter(({ request }) => request !== null);
  const { rows } = await client.query(
    `INSERT INTO golive.slo_evaluation (run, service, ended_at, asked, hard_timeouts, unshown, manifest, counted)
     VALUES ($1, $2, to_timestamp($3::float8 / 1000), $4, $5, $6, $7, $8) ON CONFLICT (run) DO NOTHING RETURNING run`,
    [
      run.record.id,
      service,
      endedAt,
      asked.length,
      asked.filter(({ reason }) => reason?.code === TIMED_OUT).length,
      asked.filter(({ unshown }) => unshown.length > 0).length,
      manifest,
      counted,
    ],
  );
  return rows.length > 0;
}

function scoresOf({ record, cases }: EvaluatedRun, at: number): readonly QuestionScore[] {
  const origin = pairOrigin(record.plan.pair.run, record.plan.pair.config);
  return cases.flatMap((each) => scoresOfCase(each, origin, at));
}

/** What failed answers nothing: the worst score, where the question has an answer and its evidence is in the documents. */
function scoresOfCase(each: EvaluatedCase, origin: string, at: number): readonly QuestionScore[] {
  const { gold, labelled, trials } = each;
  const hasFailed = trials.length > 0 && trials.every(({ outcome }) => outcome === "failed");
  return (["oracle_prefilter", "reader_used_gold"] as const).flatMap((score): QuestionScore[] => {
    const counts = score === "oracle_prefilter" ? labelled === true : gold.answerable;
    const value = caseValue(each, SCORES[score]) ?? (hasFailed && counts ? 0 : null);
    return value === null ? [] : [{ score, value, origin, question: probeName(gold), at }];
  });
}

const sumsSchema = z.object({
  runs: z.number(),
  asked: z.number(),
  hard_timeouts: z.number(),
  /** Of those, in evaluations of pairs that never went live. */
  hard_timeouts_left_out: z.number(),
  /** Evaluations that ended and could not be read so far. */
  uncounted: z.number(),
  without_manifest: z.number(),
  unshown: z.number(),
  bad: z.number(),
  left_out: z.number(),
});
export type EvaluationSums = z.infer<typeof sumsSchema>;

/** What the evaluations that ended since then come to. A manifest that isn't kept is none. */
export async function sumEvaluations(
  database: Queryable,
  service: string,
  since: number,
  now: number,
): Promise<EvaluationSums> {
  const { rows } = await database.query(
    `SELECT count(*) FILTER (WHERE e.counted)::int AS runs,
            coalesce(sum(e.asked), 0)::int AS asked, coalesce(sum(e.hard_timeouts), 0)::int AS hard_timeouts,
            coalesce(sum(e.hard_timeouts) FILTER (WHERE NOT e.counted), 0)::int AS hard_timeouts_left_out,
            (SELECT count(*) ${UNCOUNTED} AND r.ended_at < to_timestamp($3::float8 / 1000))::int AS uncounted,
            count(*) FILTER (WHERE e.counted AND m.hash IS NULL)::int AS without_manifest,
            count(*) FILTER (WHERE e.counted AND e.unshown > 0)::int AS unshown,
            count(*) FILTER (WHERE e.counted AND (m.hash IS NULL OR e.unshown > 0))::int AS bad,
            count(*) FILTER (WHERE NOT e.counted)::int AS left_out
       FROM golive.slo_evaluation e LEFT JOIN golive.manifest m ON m.hash = e.manifest
      WHERE e.service = $1 AND e.ended_at >= to_timestamp($2::float8 / 1000)`,
    [service, since, now - FRESH_MS],
  );
  return sumsSchema.parse(rows[0]);
}
