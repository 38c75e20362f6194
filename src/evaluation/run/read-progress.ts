import type { Queryable } from "#src/manifest/manifest-records";
import type { EvaluationProgress } from "#src/release/view";

/** The pace is that of the newest trials: the ones before may have been made in another hour, with others asking too. */
const NEWEST = 20;

/**
 * How far a run is, and how long the rest will take at the pace of its newest verdicts; null when there is no such run. Throws what
 * the driver throws.
 */
export async function readProgress(database: Queryable, run: string): Promise<EvaluationProgress | null> {
  const { rows } = await database.query<{
    planned: number;
    done: number;
    lost: number;
    recent: number;
    seconds: number | null;
  }>(
    `SELECT c.planned, v.done, v.lost, p.recent, p.seconds
       FROM (SELECT count(*)::int AS planned FROM golive.evaluation_case WHERE run = $1) c,
            (SELECT count(*)::int AS done, count(*) FILTER (WHERE outcome IN ('ungraded', 'failed'))::int AS lost
               FROM golive.evaluation_verdict WHERE run = $1) v,
            (SELECT count(*)::int AS recent, extract(epoch FROM max(made_at) - min(made_at))::float8 AS seconds
               FROM (SELECT made_at FROM golive.evaluation_verdict WHERE run = $1 ORDER BY made_at DESC LIMIT $2) newest) p`,
    [run, NEWEST],
  );
  const [row] = rows;
  if (row === undefined || row.planned === 0) return null;
  const { planned, done, lost, recent, seconds } = row;
  const secondsLeft = seconds === null || recent < 2 ? null : (seconds / (recent - 1)) * (planned - done);
  return { planned, done, lost, secondsLeft };
}
