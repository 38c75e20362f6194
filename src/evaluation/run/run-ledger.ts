import type { CaseVerdict, GoldQuestion, Reply } from "#src/evaluation/run/case-record";
import type { Plan, RunState } from "#src/evaluation/run/run-record";
import { canonicalJson, sha256 } from "#src/manifest/canonical";
import type { Queryable } from "#src/manifest/manifest-records";

/** One time that one case is asked. */
export type Trial = { readonly gold: GoldQuestion; readonly repeat: number };

/** An answer of the judge, as it was paid for. */
export type KeptJudgement = {
  readonly output: unknown;
  readonly inputTokens: number;
  readonly outputTokens: number;
};

/**
 * Where a run leaves what it paid for, step by step. Every step is added once: of two processes the later one changes nothing.
 * A step of a run that has ended is not taken. Throws what the driver throws.
 */
export interface RunLedger {
  /** Begins a run, or finds the one with the same plan that has not ended. `trials` in the order in which they are asked. */
  open(
    plan: Plan,
    trials: readonly Trial[],
    begin: { id: string; at: number },
  ): Promise<{ id: string; resumed: boolean }>;
  isOpen(run: string): Promise<boolean>;
  /** False: it was not taken, because the run has ended or the step is already there. */
  saveReply(run: string, place: number, reply: Reply): Promise<boolean>;
  saveVerdict(run: string, place: number, verdict: CaseVerdict): Promise<boolean>;
  /** False when it had ended before. */
  end(run: string, state: Exclude<RunState, "running">, reason: string | null, at: number): Promise<boolean>;
  /** What the judge answered to a request (by its SHA-256), in whatever run; null when nobody has asked it. */
  judgement(request: string): Promise<KeptJudgement | null>;
  saveJudgement(request: string, epoch: string, judgement: KeptJudgement): Promise<void>;
}

export const planHash = (plan: Plan): string => sha256(canonicalJson(plan));

/** The ledger in golive.evaluation_run and its companions. */
export function createRunLedger(database: Queryable): RunLedger {
  const took = async (sql: string, values: unknown[]) => (await database.query(sql, values)).rows.length > 0;
  return {
    async open(plan, trials, { id, at }) {
      const hash = planHash(plan);
      // One statement: nobody ever sees a run without its trials.
      const { rows } = await database.query<{ id: string }>(
        `WITH run AS (
           INSERT INTO golive.evaluation_run (id, service, plan, body, started_at)
           VALUES ($1, $2, $3, $4, to_timestamp($5::float8 / 1000))
           ON CONFLICT (service, plan) WHERE state = 'running' DO NOTHING RETURNING id
         ), trial AS (
           INSERT INTO golive.evaluation_case (run, place, repeat, case_id, gold)
           SELECT run.id, t.place - 1, t.repeat, t.case_id, t.gold
             FROM run, unnest($6::int[], $7::text[], $8::text[]) WITH ORDINALITY AS t(repeat, case_id, gold, place)
         ) SELECT id FROM run`,
        [
          id,
          plan.service,
          hash,
          JSON.stringify(plan),
          at,
          trials.map(({ repeat }) => repeat),
          trials.map(({ gold }) => gold.id),
          trials.map(({ gold }) => JSON.stringify(gold)),
        ],
      );
      if (rows[0] !== undefined) return { id, resumed: false };
      const open = await database.query<{ id: string }>(
        "SELECT id FROM golive.evaluation_run WHERE service = $1 AND plan = $2 AND state = 'running'",
        [plan.service, hash],
      );
      // It ended between the two statements: then it is for the person to say whether it is to be done again.
      const found = open.rows[0]?.id;
      if (found === undefined)
        throw new Error("The evaluation with this plan ended at this very moment. Run it again.");
      return { id: found, resumed: true };
    },
    isOpen: (run) => took("SELECT 1 FROM golive.evaluation_run WHERE id = $1 AND state = 'running'", [run]),
    saveReply: (run, place, reply) =>
      took(
        `INSERT INTO golive.evaluation_reply (run, place, answered, body)
         SELECT id, $2, $3, $4 FROM golive.evaluation_run WHERE id = $1 AND state = 'running'
         ON CONFLICT (run, place) DO NOTHING RETURNING place`,
        [run, place, reply.answer !== null, JSON.stringify(reply)],
      ),
    saveVerdict: (run, place, verdict) =>
      took(
        `INSERT INTO golive.evaluation_verdict (run, place, outcome, body)
         SELECT id, $2, $3, $4 FROM golive.evaluation_run WHERE id = $1 AND state = 'running'
         ON CONFLICT (run, place) DO NOTHING RETURNING place`,
        [run, place, verdict.outcome, JSON.stringify(verdict)],
      ),
    end: (run, state, reason, at) =>
      took(
        `UPDATE golive.evaluation_run SET state = $2, reason = $3, ended_at = to_timestamp($4::float8 / 1000)
          WHERE id = $1 AND state = 'running' RETURNING id`,
        [run, state, reason, at],
      ),
    async judgement(request) {
      const { rows } = await database.query<{ output: string; input: number; answered: number }>(
        `SELECT output, input_tokens AS input, output_tokens AS answered FROM golive.evaluation_judgement WHERE request = $1`,
        [request],
      );
      const [row] = rows;
      if (row === undefined) return null;
      return { output: JSON.parse(row.output), inputTokens: row.input, outputTokens: row.answered };
    },
    async saveJudgement(request, epoch, { output, inputTokens, outputTokens }) {
      await database.query(
        `INSERT INTO golive.evaluation_judgement (request, epoch, output, input_tokens, output_tokens)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (request) DO NOTHING`,
        [request, epoch, JSON.stringify(output), inputTokens, outputTokens],
      );
    },
  };
}
