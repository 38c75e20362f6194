import { randomBytes, randomUUID } from "node:crypto";
import type { Pool } from "pg";
import type { Governed } from "#src/compose-manifests";
import type { Models } from "#src/compose-models";
import type { Config } from "#src/config/load-config";
import { createBaselines } from "#src/evaluation/baseline/baselines";
import { createRecordBaseline, type RecordBaseline } from "#src/evaluation/baseline/record-baseline";
import { copyReplies, regradePlan, trialsOf } from "#src/evaluation/baseline/regrade";
import { evaluatorEpoch } from "#src/evaluation/judge/evaluator-epoch";
import { createPruneEvaluations, type PruneEvaluations } from "#src/evaluation/prune-evaluations";
import { type Estimate, estimateRun } from "#src/evaluation/run/estimate-run";
import type { EvaluationStore } from "#src/evaluation/run/evaluation-store";
import type { GoldFile } from "#src/evaluation/run/gold-file";
import { type Hold, holdRun, isHeld } from "#src/evaluation/run/hold-run";
import { makePlan } from "#src/evaluation/run/make-plan";
import { createEvaluationStore } from "#src/evaluation/run/read-evaluations";
import { runEvaluation } from "#src/evaluation/run/run-evaluation";
import { createRunLedger, type Trial } from "#src/evaluation/run/run-ledger";
import type { Epoch, Plan, RunRecord } from "#src/evaluation/run/run-record";
import type { Tally } from "#src/evaluation/run/run-tally";
import type { Journal } from "#src/journal/journal";
import { evaluationSampling } from "#src/models/enforce-determinism";
import { machineClock } from "#src/models/machine-clock";
import type { Priority } from "#src/models/model-call";
import type { DomainClock } from "#src/release/clock";
import type { Pair } from "#src/release/events";

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
