import { Pool } from "pg";
import { JUDGE } from "#sandbox/bedrock/catalogue";
import { evaluatorEpoch } from "#src/evaluation/judge/evaluator-epoch";
import type { CaseRecord, GoldQuestion } from "#src/evaluation/run/case-record";
import { createEvaluationStore } from "#src/evaluation/run/read-evaluations";
import { type RunDeps, runEvaluation } from "#src/evaluation/run/run-evaluation";
import { createRunLedger, type RunLedger, type Trial } from "#src/evaluation/run/run-ledger";
import type { Plan } from "#src/evaluation/run/run-record";
import type { ModelLimiter } from "#src/models/limiter";
import type { AnswerRequest } from "#src/rag/service";
import { gold, plan, reply } from "#test/evaluation-run/records";
import { createFakeClock } from "#test/models/fake-clock";
import { openModelHouse } from "#test/models/model-house";
import type { Releasers } from "#test/sandbox/bolt-app";
import { createTestDatabase } from "#test/support/postgres";

type Said = NonNullable<ReturnType<typeof reply>["answer"]>;

/** Places for everybody at once: the shared limiter has tests of its own. */
const open: Pick<ModelLimiter, "run"> = { run: ({ signal }, work) => work(signal) };

/** Answers as it was asked to; what it says is the question turned round. */
export const honest = ({ query, pair, nonce }: AnswerRequest): Said => {
  const said = reply(`${query.replace(/^How long does (.*) last\?$/, "$1 lasts seven days.")}`).answer;
  if (said === null) throw new Error("the fixture has no answer");
  const audit = { prompt_sha256: null, prompt: null, model: null, temperature: 0, seed: "unsupported" as const };
  return {
    ...said,
    nonce,
    run_id: pair?.run ?? null,
    config_version: pair?.config ?? null,
    prompt_audit: { ...audit, cot: false, few_shot_ids: [], input_tokens: 1, output_tokens: 1 },
  };
};

/**
 * The runner on a real database and the local Bedrock's judge, with a RAG service of the test's own. `patience`: its clock, on which
 * every wait is over at once and moves the time on.
 */
export async function openRunHouse(releasers: Releasers) {
  const database = await createTestDatabase();
  releasers.push(database.drop);
  const pool = new Pool({ connectionString: database.appUrl });
  releasers.push(() => pool.end());
  const models = await openModelHouse();
  releasers.push(() => models.close());
  const patience = createFakeClock(Number.MAX_SAFE_INTEGER);
  const judge = { asked: JUDGE, arn: `arn:${JUDGE}`, models: [`arn:${JUDGE}`] };
  const epoch = evaluatorEpoch(judge, "joint", { temperature: 0, topP: 1, topK: 1, seed: 42, maxTokens: 1024 });
  const store = createEvaluationStore(pool);
  const ledger = createRunLedger(pool);
  const asked: AnswerRequest[] = [];
  let answer: (request: AnswerRequest) => Said | Promise<Said> = honest;
  let nonces = 0;
  const deps: RunDeps = {
    store,
    ledger,
    asking: {
      service: {
        answer: async (request) => {
          asked.push(request);
          return answer(request);
        },
      },
      limiter: open,
      callsPerAnswer: 1,
      priority: "nightly",
      clock: patience,
      nonce: () => `nonce-${nonces++}`,
    },
    judging: {
      models: models.client,
      audit: { service: "docs", manifest: null, fewShotIds: [], cot: false },
      priority: "nightly",
    },
    domain: { now: () => 5_000 },
    atOnce: 2,
  };
  return {
    bedrock: models.local,
    pool,
    patience,
    store,
    ledger,
    epoch,
    deps,
    /** Every question that the service got. */
    asked,
    answering: (how: typeof answer) => {
      answer = how;
    },
    /** Requests that the judge got. */
    judged: () => models.local.log.entries().length,
    async begin(questions: readonly GoldQuestion[], changes: Partial<Plan> = {}, trials?: readonly Trial[]) {
      const made = plan(
        questions.map(({ id }) => id),
        { epoch, ...changes },
      );
      const { id } = await ledger.open(made, trials ?? questions.map((each) => ({ gold: each, repeat: 0 })), {
        id: `ev_${Math.random().toString(16).slice(2)}`,
        at: 1_000,
      });
      return id;
    },
    run: (id: string, changes: Partial<RunDeps> = {}, signal = new AbortController().signal) =>
      runEvaluation({ ...deps, ...changes }, id, signal),
    async cases(id: string): Promise<readonly CaseRecord[]> {
      const all: CaseRecord[] = [];
      for await (const one of store.cases(id)) all.push(one);
      return all;
    },
  };
}

export type RunHouse = Awaited<ReturnType<typeof openRunHouse>>;

export const questions = (count: number): GoldQuestion[] =>
  Array.from({ length: count }, (_, index) => gold(`token${String.fromCharCode(97 + (index % 26))}${index}`));

/** A ledger that dies right after its `after`-th step, as a process does that is killed between two of them. */
export function dyingLedger(ledger: RunLedger, after: number): RunLedger {
  let steps = 0;
  const step = async <T>(done: T): Promise<T> => {
    steps += 1;
    if (steps >= after) throw new Error("killed");
    return done;
  };
  return {
    ...ledger,
    saveReply: async (...args) => step(await ledger.saveReply(...args)),
    saveVerdict: async (...args) => step(await ledger.saveVerdict(...args)),
    saveJudgement: async (...args) => step(await ledger.saveJudgement(...args)),
  };
}
