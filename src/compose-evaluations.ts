import { randomBytes, randomUUID } from "node:crypto";
import { basename, resolve } from "node:path";
import type { Pool } from "pg";
import type { Governed } from "#src/compose-manifests";
import type { Models } from "#src/compose-models";
import type { Config } from "#src/config/load-config";
import { toMargins } from "#src/config/to-margins";
import { createBaselines } from "#src/evaluation/baseline/baselines";
import { newestFinished } from "#src/evaluation/baseline/newest-finished";
import { createRecordBaseline } from "#src/evaluation/baseline/record-baseline";
import { copyReplies, regradePlan, trialsOf } from "#src/evaluation/baseline/regrade";
import type { Evaluations, EvaluationWish } from "#src/evaluation/evaluations";
import { evaluatorEpoch } from "#src/evaluation/judge/evaluator-epoch";
import { createPruneEvaluations } from "#src/evaluation/prune-evaluations";
import { type Against, makeReport } from "#src/evaluation/report/make-report";
import { renderReport } from "#src/evaluation/report/render-report";
import { ResultFileError } from "#src/evaluation/results/result-file-error";
import { estimateRun } from "#src/evaluation/run/estimate-run";
import { readGold } from "#src/evaluation/run/gold-file";
import { holdRun, isHeld } from "#src/evaluation/run/hold-run";
import { makePlan } from "#src/evaluation/run/make-plan";
import { createEvaluationStore } from "#src/evaluation/run/read-evaluations";
import { readProgress } from "#src/evaluation/run/read-progress";
import { runEvaluation } from "#src/evaluation/run/run-evaluation";
import { createRunLedger } from "#src/evaluation/run/run-ledger";
import type { RunRecord } from "#src/evaluation/run/run-record";
import { traceBars } from "#src/evaluation/run/trace-figures";
import type { Journal } from "#src/journal/journal";
import { evaluationSampling } from "#src/models/enforce-determinism";
import { machineClock } from "#src/models/machine-clock";
import type { DomainClock } from "#src/release/clock";
import type { Pair } from "#src/release/events";
import type { ReleaseState } from "#src/release/state";

export function composeEvaluations(deps: {
  readonly config: Config;
  readonly pool: Pool;
  readonly databaseUrl: string;
  readonly governed: (service: string) => Governed;
  readonly models: Models;
  readonly clock: DomainClock;
  readonly journal: Pick<Journal, "transact">;
  /** The pair that the service's open release is about; null without one. */
  readonly openCandidate: (service: string) => Promise<Pair | null>;
}): Evaluations {
  const { config, pool, databaseUrl, governed, models, clock } = deps;
  const { limits, prices } = config.golive.models;
  const store = createEvaluationStore(pool);
  const baselines = createBaselines(pool);
  const { journal, openCandidate } = deps;
  const ledger = createRunLedger(pool);
  const begin = () => ({ id: `ev_${randomBytes(8).toString("hex")}`, at: clock.now() });
  const epochOf: Evaluations["epoch"] = async (service, checking, signal) => {
    const resolved = await models.evaluation.resolve(governed(service).service.models.judge_model, signal);
    return evaluatorEpoch(resolved, checking, evaluationSampling(config.determinism));
  };
  const reportOn: Evaluations["report"] = (record, against) => {
    const { service, store: ragStore } = governed(record.plan.service);
    return makeReport(
      {
        evaluations: store,
        store: ragStore,
        floors: config.qualityGates,
        margins: toMargins(config.canary),
        bars: traceBars(service.retrieval),
        at: clock.now(),
      },
      record,
      against,
    );
  };
  /** The baseline of its epoch, else the newest evaluation of what is live. */
  async function baselineOf(record: RunRecord): Promise<Against | null> {
    const { service, epoch } = record.plan;
    const baseline = await createBaselines(pool).current(service, epoch.id);
    if (baseline !== null) {
      const set = baseline.run === record.id ? null : await store.run(baseline.run);
      return set === null ? null : { record: set, baseline };
    }
    const live = await governed(service).store.pointer();
    const other = live === null ? null : await newestFinished(store, live, record);
    return other === null ? null : { record: other, baseline: null };
  }
  return {
    store,
    epoch: epochOf,
    async openRegrade(of, epoch) {
      const opened = await ledger.open(regradePlan(of, epoch), await trialsOf(store, of.id), begin());
      await copyReplies({ store, ledger }, of.id, opened.id);
      return opened;
    },
    async prepare({ service, stable, seed, ...wish }, signal) {
      const { judge_model: judge } = governed(service).service.models;
      const sampling = evaluationSampling(config.determinism);
      const epoch = await epochOf(service, stable ? "separate" : "joint", signal);
      const made = makePlan(wish.gold, { ...wish, service, stable, epoch, seed: seed ?? sampling.seed });
      const { perSecond, maxInFlight } = await models.limiter.state();
      const callsPerAnswer = governed(service).service.rag_service.model_calls_per_answer;
      const estimate = estimateRun(
        made.trials,
        epoch,
        { perSecond, maxInFlight, callsPerAnswer },
        prices?.[judge] ?? null,
      );
      return { ...made, estimate };
    },
    open: ({ plan, trials }) => ledger.open(plan, trials, begin()),
    hold: (run) => holdRun(databaseUrl, run),
    isHeld: (run) => isHeld(pool, run),
    workOff({ id, plan }, { priority, signal, onProgress }) {
      const { service, ragService } = governed(plan.service);
      return runEvaluation(
        {
          store,
          ledger,
          asking: {
            service: ragService,
            limiter: models.limiter,
            callsPerAnswer: service.rag_service.model_calls_per_answer,
            priority,
            clock: machineClock,
            nonce: randomUUID,
          },
          judging: {
            models: models.evaluation,
            audit: { service: plan.service, manifest: plan.manifest, fewShotIds: [], cot: false },
            priority,
          },
          domain: clock,
          atOnce: limits.workers,
        },
        id,
        signal,
        onProgress,
      );
    },
    progress: (run) => readProgress(pool, run),
    report: reportOn,
    baselineOf,
    async page(id) {
      const record = await store.run(id);
      if (record === null) return null;
      const { report } = await reportOn(record, await baselineOf(record));
      return { name: `evaluation-${id}.html`, text: renderReport(report) };
    },
    recordBaseline: createRecordBaseline({ journal, store, baselines, clock }),
    retention: createPruneEvaluations({
      journal,
      store,
      baselines,
      openCandidate,
      clock,
      keepDays: config.golive.evaluations.keep_days,
    }),
    cancel: (run, reason) => ledger.end(run, "cancelled", reason, clock.now()),
  };
}

/**
 * What a release wants evaluated: every question of the service's first dataset, once, for the manifest that it froze. Throws
 * `ResultFileError` when the file can't be used, and when this process is configured otherwise than the manifest says.
 */
export function createReleaseWish(deps: {
  readonly config: Config;
  readonly governed: (service: string) => Governed;
  readonly otherSettings: (release: ReleaseState) => Promise<readonly string[]>;
}): (release: ReleaseState, manifest: string) => Promise<EvaluationWish> {
  return async (release, manifest) => {
    const different = await deps.otherSettings(release);
    if (different.length > 0) {
      throw new Error(
        `This process is configured otherwise than the frozen manifest says (${different.slice(0, 3).join("; ")}): it evaluates nothing`,
      );
    }
    const [dataset] = deps.governed(release.service).service.datasets;
    if (dataset === undefined) throw new ResultFileError("empty", "golive.yaml names no dataset for this service");
    const file = resolve(deps.config.dir, dataset.file);
    return {
      service: release.service,
      pair: release.candidate,
      manifest,
      gold: await readGold(file),
      file: basename(file),
      sample: null,
      seed: null,
      repeat: 1,
      stable: false,
    };
  };
}
