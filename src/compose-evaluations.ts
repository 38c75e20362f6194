import { randomBytes, randomUUID } from "node:crypto";
import { basename, resolve } from "node:path";
import type { Pool } from "pg";
import type { Governed } from "#src/compose-manifests";
import type { Models } from "#src/compose-models";
import type { Config } from "#src/config/load-config";
import { toMargins } from "#src/config/to-margins";
import { createBaselines } from "#src/evaluation/baseline/baselines";
import { newestFinished } from "#src/evaluation/baseline/newest-finished";
import { createRecordBaseline, type RecordBaseline } from "#src/evaluation/baseline/record-baseline";
import { copyReplies, regradePlan, trialsOf } from "#src/evaluation/baseline/regrade";
import { evaluatorEpoch } from "#src/evaluation/judge/evaluator-epoch";
import { createPruneEvaluations, type PruneEvaluations } from "#src/evaluation/prune-evaluations";
import { type Against, makeReport } from "#src/evaluation/report/make-report";
import { renderReport } from "#src/evaluation/report/render-report";
import type { Report } from "#src/evaluation/report/report";
import { ResultFileError } from "#src/evaluation/results/result-file-error";
import { type Estimate, estimateRun } from "#src/evaluation/run/estimate-run";
import type { EvaluationStore } from "#src/evaluation/run/evaluation-store";
import { type GoldFile, readGold } from "#src/evaluation/run/gold-file";
import { type Hold, holdRun, isHeld } from "#src/evaluation/run/hold-run";
import { makePlan } from "#src/evaluation/run/make-plan";
import { createEvaluationStore } from "#src/evaluation/run/read-evaluations";
import { readProgress } from "#src/evaluation/run/read-progress";
import { runEvaluation } from "#src/evaluation/run/run-evaluation";
import { createRunLedger, type Trial } from "#src/evaluation/run/run-ledger";
import type { Epoch, Plan, RunRecord } from "#src/evaluation/run/run-record";
import type { Tally } from "#src/evaluation/run/run-tally";
import { traceBars } from "#src/evaluation/run/trace-figures";
import type { Journal } from "#src/journal/journal";
import { evaluationSampling } from "#src/models/enforce-determinism";
import { machineClock } from "#src/models/machine-clock";
import type { Priority } from "#src/models/model-call";
import type { DomainClock } from "#src/release/clock";
import type { Pair } from "#src/release/events";
import type { ReleaseState } from "#src/release/state";
import type { EvaluationProgress } from "#src/release/view";

/** What somebody wants evaluated. */
export type EvaluationWish = {
  readonly service: string;
  readonly pair: Pair;
  readonly manifest: string | null;
  readonly gold: GoldFile;
  readonly file: string;
  readonly sample: number | null;
  /** Null: RANDOM_SEED of deterministic_evaluation.env. */
  readonly seed: number | null;
  readonly repeat: number;
  readonly stable: boolean;
};

export type PreparedEvaluation = {
  readonly plan: Plan;
  readonly trials: readonly Trial[];
  readonly estimate: Estimate;
};

/** Evaluations: planned, worked off, and read. */
export type Evaluations = {
  readonly store: EvaluationStore;
  /** Resolves the judge and says what the run will take. Nothing is paid for, and nothing is stored. */
  prepare(wish: EvaluationWish, signal: AbortSignal): Promise<PreparedEvaluation>;
  /** The judge and its prompts as they are today. */
  epoch(service: string, checking: Epoch["checking"], signal: AbortSignal): Promise<Epoch>;
  /**
   * A run that grades the stored answers of `of` in another epoch: nothing of it has to be asked. Found again when it has not ended.
   * Several processes may call it for the same run.
   */
  openRegrade(of: RunRecord, epoch: Epoch): Promise<{ readonly id: string; readonly resumed: boolean }>;
  /** Begins the run, or finds the one of the same plan that has not ended. */
  open(prepared: PreparedEvaluation): Promise<{ readonly id: string; readonly resumed: boolean }>;
  /** Takes the run for this process; null: another one works on it. */
  hold(run: string): Promise<Hold | null>;
  isHeld(run: string): Promise<boolean>;
  workOff(
    run: RunRecord,
    how: { readonly priority: Priority; readonly signal: AbortSignal; readonly onProgress?: (tally: Tally) => void },
  ): Promise<RunRecord>;
  /** How far it is; null when there is none of this id. */
  progress(run: string): Promise<EvaluationProgress | null>;
  /** What a run found, against another where that is wished. `unread`: why no retrieval could be judged. */
  report(run: RunRecord, against: Against | null): Promise<{ readonly report: Report; readonly unread: string | null }>;
  /** What a run is compared with: the baseline of its epoch, else the newest finished evaluation of what is live. Null: neither is there. */
  baselineOf(run: RunRecord): Promise<Against | null>;
  /**
   * The page about an evaluation, against the baseline of its epoch, else against what is live, where that was evaluated. Null: there is
   * none of this id.
   */
  page(run: string): Promise<{ readonly name: string; readonly text: string } | null>;
  readonly recordBaseline: RecordBaseline;
  readonly retention: PruneEvaluations;
  /** False when it had ended before. */
  cancel(run: string, reason: string): Promise<boolean>;
};

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
