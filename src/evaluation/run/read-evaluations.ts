import { type CaseRecord, goldCaseSchema, replySchema, verdictSchema } from "#src/evaluation/run/case-record";
import type { EvaluationStore } from "#src/evaluation/run/evaluation-store";
import { planSchema, RUN_STATES, type RunRecord, type RunState } from "#src/evaluation/run/run-record";
import type { Queryable } from "#src/manifest/manifest-records";

/** So many trials are read at once: each carries whole contexts. */
const PAGE = 20;

const RUNS = `
  SELECT r.id, r.body, r.state, r.reason, c.planned, c.answered, c.graded, c.refusals, c.ungraded, c.failed,
         round(extract(epoch FROM r.started_at) * 1000)::float8 AS started_at,
         round(extract(epoch FROM r.ended_at) * 1000)::float8 AS ended_at
    FROM golive.evaluation_run r
    CROSS JOIN LATERAL (
      SELECT count(*)::int AS planned,
             count(*) FILTER (WHERE p.answered)::int AS answered,
             count(*) FILTER (WHERE v.outcome = 'graded')::int AS graded,
             count(*) FILTER (WHERE v.outcome = 'refusal')::int AS refusals,
             count(*) FILTER (WHERE v.outcome = 'ungraded')::int AS ungraded,
             count(*) FILTER (WHERE v.outcome = 'failed')::int AS failed
        FROM golive.evaluation_case k
        LEFT JOIN golive.evaluation_reply p USING (run, place)
        LEFT JOIN golive.evaluation_verdict v USING (run, place)
       WHERE k.run = r.id) c`;

type RunRow = {
  id: string;
  body: string;
  state: string;
  reason: string | null;
  planned: number;
  answered: number;
  graded: number;
  refusals: number;
  ungraded: number;
  failed: number;
  started_at: number;
  ended_at: number | null;
};

type CaseRow = { place: number; repeat: number; gold: string; reply: string | null; verdict: string | null };

/** Evaluations as golive.evaluation_run and its companions hold them. Throws what the driver throws. */
export function createEvaluationStore(database: Queryable): EvaluationStore {
  return {
    async runs(service) {
      const sql = `${RUNS} WHERE r.service = $1 ORDER BY r.started_at DESC, r.id DESC`;
      const { rows } = await database.query<RunRow>(sql, [service]);
      return rows.map(toRun);
    },
    async run(id) {
      const { rows } = await database.query<RunRow>(`${RUNS} WHERE r.id = $1`, [id]);
      return rows[0] === undefined ? null : toRun(rows[0]);
    },
    async *cases(run) {
      for (let from = 0; ; from += PAGE) {
        const { rows } = await database.query<CaseRow>(
          `SELECT k.place, k.repeat, k.gold, p.body AS reply, v.body AS verdict
             FROM golive.evaluation_case k
             LEFT JOIN golive.evaluation_reply p USING (run, place)
             LEFT JOIN golive.evaluation_verdict v USING (run, place)
            WHERE k.run = $1 AND k.place >= $2 AND k.place < $2 + $3 ORDER BY k.place`,
          [run, from, PAGE],
        );
        for (const row of rows) yield toCase(run, row);
        if (rows.length < PAGE) return;
      }
    },
  };
}

function toRun(row: RunRow): RunRecord {
  const { id, body, reason, planned, answered, graded, refusals, ungraded, failed } = row;
  return {
    id,
    plan: planSchema.parse(JSON.parse(body)),
    state: stateOf(row),
    reason,
    counts: { planned, answered, graded, refusals, ungraded, failed },
    startedAt: row.started_at,
    endedAt: row.ended_at,
  };
}

function stateOf({ id, state }: RunRow): RunState {
  const known = RUN_STATES.find((each) => each === state);
  if (known === undefined) throw new Error(`evaluation ${id} is in a state that nobody knows: ${state}`);
  return known;
}

function toCase(run: string, { place, repeat, gold, reply, verdict }: CaseRow): CaseRecord {
  return {
    run,
    place,
    repeat,
    gold: goldCaseSchema.parse(JSON.parse(gold)),
    reply: reply === null ? null : replySchema.parse(JSON.parse(reply)),
    verdict: verdict === null ? null : verdictSchema.parse(JSON.parse(verdict)),
  };
}
