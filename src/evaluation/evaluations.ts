import type { RecordBaseline } from "#src/evaluation/baseline/record-baseline";
import type { PruneEvaluations } from "#src/evaluation/prune-evaluations";
import type { Against } from "#src/evaluation/report/make-report";
import type { Report } from "#src/evaluation/report/report";
import type { Estimate } from "#src/evaluation/run/estimate-run";
import type { EvaluationStore } from "#src/evaluation/run/evaluation-store";
import type { GoldFile } from "#src/evaluation/run/gold-file";
import type { Hold } from "#src/evaluation/run/hold-run";
import type { Trial } from "#src/evaluation/run/run-ledger";
import type { Epoch, Plan, RunRecord } from "#src/evaluation/run/run-record";
import type { Tally } from "#src/evaluation/run/run-tally";
import type { Priority } from "#src/models/model-call";
import type { Pair } from "#src/release/events";
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
