import { randomBytes, randomUUID } from "node:crypto";
import { basename, resolve } from "node:path";
import { performance } from "node:perf_hooks";
import type { Pool } from "pg";
import type { HealthChecks } from "#src/compose-checks";
import type { Governed } from "#src/compose-manifests";
import type { Models } from "#src/compose-models";
import type { Variables } from "#src/config/environment";
import type { Config } from "#src/config/load-config";
import type { Evaluations, EvaluationWish } from "#src/evaluation/evaluations";
import { ResultFileError } from "#src/evaluation/results/result-file-error";
import { type GoldFile, readGold } from "#src/evaluation/run/gold-file";
import type { Log } from "#src/log";
import { evaluationSampling } from "#src/models/enforce-determinism";
import { machineClock } from "#src/models/machine-clock";
import { factOf } from "#src/operations/smoke/compare";
import { type EarlierSmokes, type SmokeResult, SUITES, type SuiteId } from "#src/operations/smoke/suites";
import { secretValues } from "#src/operations/smoke/work/ask-hostile";
import { dbWorkflows } from "#src/operations/smoke/work/db-workflows";
import { embedScratch } from "#src/operations/smoke/work/embed-scratch";
import { metaOps } from "#src/operations/smoke/work/meta-ops";
import { negatives } from "#src/operations/smoke/work/negatives";
import { opsHealth } from "#src/operations/smoke/work/ops-health";
import { ragQa } from "#src/operations/smoke/work/rag-qa";
import { type RunSuite, runSmoke, type SmokeWatcher } from "#src/operations/smoke/work/run-smoke";
import { headOf, verifyTrail } from "#src/operations/smoke/work/verify-trail";
import type { Pair } from "#src/release/events";
import type { ServiceState } from "#src/release/state";

export type SmokeWish = {
  readonly service: string;
  /** Default: all. */
  readonly suites?: readonly SuiteId[];
  readonly earlier: EarlierSmokes;
  /** Where a bot's metrics answer; null: nobody here knows. */
  readonly metricsUrl: string | null;
  readonly signal: AbortSignal;
  readonly watcher?: SmokeWatcher;
};

/** Runs the suites of a service against what is live. Throws when `signal` is aborted. */
export type RunSmokeOf = (wish: SmokeWish) => Promise<SmokeResult>;

type Deps = {
  readonly config: Config;
  readonly pool: Pool;
  readonly variables: Variables;
  readonly governed: (service: string) => Governed;
  readonly serviceState: (service: string) => Promise<ServiceState>;
  readonly checks: Pick<HealthChecks, "gates" | "surroundingsOf" | "onFault">;
  readonly models: Models;
  readonly evaluations: Evaluations;
  readonly log: Log;
};

export function composeSmoke(deps: Deps): RunSmokeOf {
  const { config, governed, serviceState, log } = deps;
  const ticks = () => performance.now();
  return async ({ service: id, suites = SUITES, earlier, metricsUrl, signal, watcher }) => {
    const { service, store } = governed(id);
    const gold = goldOf(config, service.datasets);
    return runSmoke(
      {
        suites: suitesOf(deps, id, { gold, metricsUrl, ticks }),
        pointer: (aborted) => store.pointer(aborted),
        rollback: async () => (await serviceState(id)).rollback,
        off: service.smoke.off,
        earlier,
        ticks,
        onFault: (check, err) => log.error({ err, check }, "a check of the smoke run stopped"),
      },
      suites,
      signal,
      watcher,
    );
  };
}

type Around = {
  readonly gold: () => Promise<GoldFile & { readonly file: string }>;
  readonly metricsUrl: string | null;
  readonly ticks: () => number;
};

function suitesOf(deps: Deps, id: string, { gold, metricsUrl, ticks }: Around): Readonly<Record<SuiteId, RunSuite>> {
  const { config, pool, governed, checks: health, models, evaluations, variables } = deps;
  const { service, store, ragService } = governed(id);
  return {
    "ops-health": async ({ live, checks, off, signal }) => {
      const surroundings = await health.surroundingsOf(id);
      const gates = [...health.gates.values()];
      return opsHealth({ gates, surroundings, live, off, signal, ticks, onFault: health.onFault }, checks);
    },
    "db-workflows": ({ live, checks, signal }) => {
      const embedding = { service, store, models: models.plain, config: live.config, signal };
      return dbWorkflows(
        {
          service,
          store,
          live: live.run,
          embed: (texts, dimension) => embedScratch(embedding, texts, dimension),
          now: Date.now,
          random: () => randomBytes(4).toString("hex"),
          signal,
        },
        checks,
      );
    },
    "rag-qa": ({ live, checks, green, signal, onProgress }) => {
      const { faithfulness_min, f1_min } = config.qualityGates;
      const before = factOf(green, "rag-qa", "evaluation");
      return ragQa(
        {
          evaluations,
          clock: machineClock,
          wish: async () => sampleWish(id, live, await gold(), service.smoke.questions),
          green: typeof before === "string" ? before : null,
          floors: { f1: f1_min, faithfulness: faithfulness_min },
          signal,
          onProgress,
        },
        checks,
      );
    },
    "meta-ops": ({ checks, green, signal }) =>
      metaOps({ trail: (anchor) => verifyTrail(pool, anchor), anchor: headOf(green), metricsUrl, signal }, checks),
    negatives: ({ live, checks, signal }) => {
      const { seed } = evaluationSampling(config.determinism);
      const calls = service.rag_service.model_calls_per_answer;
      const wish = { temperature: 0, seed, disable_cache: true };
      return negatives(
        {
          gold,
          ask: (query) =>
            models.limiter.run({ priority: "nightly", calls, signal }, (held) =>
              ragService.answer({ query, pair: live, nonce: randomUUID(), eval: wish }, held),
            ),
          normal: service.rag_service.probe_question,
          secrets: secretValues(variables),
        },
        checks,
      );
    },
  };
}

/** Read once for all suites, and not before one asks. */
function goldOf(config: Config, [dataset]: Governed["service"]["datasets"]): Around["gold"] {
  let read: Promise<GoldFile & { readonly file: string }> | null = null;
  return () => {
    read ??= (async () => {
      if (dataset === undefined) throw new ResultFileError("empty", "golive.yaml names no dataset for this service");
      const file = resolve(config.dir, dataset.file);
      return { ...(await readGold(file)), file: basename(file) };
    })();
    return read;
  };
}

/** The same questions every night: the sample is drawn by the configured seed. */
const sampleWish = (
  service: string,
  pair: Pair,
  { file, ...gold }: GoldFile & { readonly file: string },
  questions: number,
): EvaluationWish => ({
  service,
  pair,
  manifest: null,
  gold,
  file,
  sample: Math.min(questions, gold.questions.length),
  seed: null,
  repeat: 1,
  stable: false,
});
