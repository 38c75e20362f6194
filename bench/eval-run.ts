import { randomUUID } from "node:crypto";
import { evaluatorEpoch } from "#src/evaluation/judge/evaluator-epoch";
import { makePlan } from "#src/evaluation/run/make-plan";
import { createEvaluationStore } from "#src/evaluation/run/read-evaluations";
import { runEvaluation } from "#src/evaluation/run/run-evaluation";
import { createRunLedger } from "#src/evaluation/run/run-ledger";
import { createPool } from "#src/journal/pool";
import { createBedrock } from "#src/models/bedrock";
import { createModelLimiter } from "#src/models/limiter-postgres";
import { machineClock } from "#src/models/machine-clock";
import { createModelClient } from "#src/models/model-client";
import { createPromptAudit } from "#src/models/prompt-audit";
import { createStandIn, questions } from "./eval/stand-in-service.ts";
import { openLimiterHouse } from "./limiter/house.ts";

/** One run, as the local Bedrock's own log shows it. */
export type EvalRunBench = {
  readonly cases: number;
  readonly graded: number;
  readonly callMs: number;
  readonly seconds: number;
  /** Starts that the rate allows from the first to the last, and those that arrived. */
  readonly slots: number;
  readonly used: number;
  readonly mostInFlight: number;
};

/** The product's 0.12 a second, fifty times as fast: what lies between two calls weighs fifty times as much as it does there. */
const PER_SECOND = 6;
const CALL_MS = 60;
const JUDGE = "sandbox.extractive-judge-v1";
const SAMPLING = { temperature: 0, topP: 1, topK: 1, seed: 42, maxTokens: 1024 };

/** A whole evaluation with nobody else asking: everything of the product but the service, which is one call of the reader. */
export async function benchEvalRun({ cases = 100 } = {}): Promise<EvalRunBench> {
  const house = await openLimiterHouse();
  const pool = createPool({ url: house.databaseUrl, name: "bench-eval-run", max: 10 });
  const bedrock = createBedrock({
    region: "eu-central-1",
    endpoint: house.endpoint,
    credentials: { accessKeyId: "bench", secretAccessKey: "bench" },
  });
  const limiter = createModelLimiter({
    pool,
    listenUrl: house.databaseUrl,
    limits: { maxInFlight: 1, perSecond: PER_SECOND, workers: 2 },
  });
  try {
    await house.setLatency(CALL_MS);
    const limits = { callTimeoutMs: 35_000, firstTextTimeoutMs: 25_000, retries: 4, retryBudgetMs: 180_000 };
    const models = createModelClient({ bedrock, limiter, audit: createPromptAudit(pool), determinism: null, limits });
    const arn = `arn:aws:bedrock:eu-central-1::foundation-model/${JUDGE}`;
    const { plan, trials } = makePlan(
      { sha256: "0".repeat(64), questions: questions(cases) },
      {
        service: "bench",
        pair: { run: "run-1", config: "v1" },
        manifest: null,
        epoch: evaluatorEpoch({ asked: JUDGE, arn, models: [arn] }, "joint", SAMPLING),
        file: "bench",
        sample: null,
        seed: 42,
        repeat: 1,
        stable: false,
      },
    );
    const [store, ledger] = [createEvaluationStore(pool), createRunLedger(pool)];
    const { id } = await ledger.open(plan, trials, { id: "ev_bench", at: 0 });
    await house.clearLog();
    const run = await runEvaluation(
      {
        store,
        ledger,
        asking: {
          service: createStandIn(bedrock),
          limiter,
          callsPerAnswer: 1,
          priority: "nightly",
          clock: machineClock,
          nonce: randomUUID,
        },
        judging: {
          models,
          audit: { service: "bench", manifest: null, fewShotIds: [], cot: false },
          priority: "nightly",
        },
        domain: { now: Date.now },
        atOnce: 2,
      },
      id,
      new AbortController().signal,
    );
    const seen = (await house.log()).filter(({ operation }) => operation.startsWith("Converse"));
    const [first, last] = [seen[0]?.arrivedAt ?? Number.NaN, seen.at(-1)?.arrivedAt ?? Number.NaN];
    const seconds = (last - first) / 1000;
    return {
      cases,
      graded: run.counts.graded,
      callMs: CALL_MS,
      seconds,
      slots: seconds * PER_SECOND + 1,
      used: seen.length,
      mostInFlight: Math.max(...seen.map(({ inFlight }) => inFlight)),
    };
  } finally {
    await limiter.close();
    bedrock.close();
    await pool.end();
    await house.close();
  }
}
