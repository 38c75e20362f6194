import { borderWords } from "#src/border-words";
import type { EvaluationWish, PreparedEvaluation } from "#src/evaluation/evaluations";
import { ResultFileError } from "#src/evaluation/results/result-file-error";
import type { GoldFile } from "#src/evaluation/run/gold-file";
import type { Hold } from "#src/evaluation/run/hold-run";
import { paintProgress } from "#src/evaluation/run/paint-progress";
import { isStepFailure } from "#src/evaluation/run/patience";
import type { RunRecord } from "#src/evaluation/run/run-record";
import type { Tally } from "#src/evaluation/run/run-tally";
import { waitForHold } from "#src/evaluation/run/wait-for-hold";
import type { Log } from "#src/log";
import type { MachineClock } from "#src/models/machine-clock";
import {
  type OperationFinding,
  type OperationOrder,
  type OperationRunner,
  TookTooLong,
} from "#src/operations/operation";
import { makeWeeklyResult } from "#src/operations/weekly/make-result";
import type { CardsRead, WeeklyMaterial } from "#src/operations/weekly/material";
import { watchPointer } from "#src/operations/weekly/work/watch-pointer";
import type { Pair } from "#src/release/events";
import { digestOf } from "#src/release/hash";

/** What a weekly evaluation takes of the evaluation room. */
export type WeeklyEvaluations = {
  prepare(wish: EvaluationWish, signal: AbortSignal): Promise<PreparedEvaluation>;
  open(prepared: PreparedEvaluation): Promise<{ readonly id: string }>;
  hold(run: string): Promise<Hold | null>;
  run(id: string): Promise<RunRecord | null>;
  /** Newest first. */
  runs(service: string): Promise<readonly RunRecord[]>;
  workOff(
    run: RunRecord,
    how: { readonly priority: "weekly"; readonly signal: AbortSignal; readonly onProgress: (tally: Tally) => void },
  ): Promise<RunRecord>;
  cancel(run: string, reason: string): Promise<boolean>;
};

export type WeeklyDeps = {
  readonly evaluations: WeeklyEvaluations;
  /** What answers; null: nothing. Throws when the store doesn't say. */
  readonly live: (service: string) => Promise<Pair | null>;
  /** The service's first dataset. Throws `ResultFileError` when it can't be read. */
  readonly gold: (service: string) => Promise<{ readonly gold: GoldFile; readonly file: string }>;
  readonly material: (record: RunRecord, signal: AbortSignal) => Promise<WeeklyMaterial>;
  readonly cards: () => Promise<CardsRead>;
  /** Looks for better settings with what was measured, and says in sentences what it came to. */
  readonly afterEvaluation?: (
    evaluation: string,
    order: OperationOrder,
    signal: AbortSignal,
  ) => Promise<readonly string[]>;
  /** Has the operation's message painted, since the evaluation is further. */
  readonly repaint: (order: OperationOrder) => Promise<void>;
  readonly clock: MachineClock;
  readonly log: Pick<Log, "warn">;
};

/**
 * The weekly evaluation: every gold question asked of what is live, behind everybody else, judged, compared and triaged. Repeated after a crash
 * it goes on with the evaluation that was begun, or reads the one that had ended: no call is made twice. Throws what may pass by itself.
 */
export function createWeeklyRunner(deps: WeeklyDeps): OperationRunner {
  const { evaluations, clock } = deps;
  return async (order, signal) => {
    const { service } = order;
    const pair = await deps.live(service);
    if (pair === null)
      return untold("Nothing is live, so there is nothing to evaluate. `/golive start` takes a run live.");
    const pointer = watchPointer({ live: () => deps.live(service), pair, clock });
    let evaluation: string | null = null;
    try {
      const gold = await deps.gold(service);
      const wish = { ...WHOLE, service, pair, gold: gold.gold, file: gold.file };
      const prepared = await evaluations.prepare(wish, signal);
      evaluation = (await ended(order, prepared)) ?? (await evaluations.open(prepared)).id;
      const record = await workOff(order, evaluation, AbortSignal.any([signal, pointer.moved]), pointer.look);
      await pointer.lookNow();
      if (pointer.now() !== null) return await movedAway(evaluation, pair, pointer.now());
      return await told(order, record, signal);
    } catch (error) {
      if (pointer.moved.aborted && !signal.aborted) return movedAway(evaluation, pair, pointer.now());
      // It is not run again: next week's must not go on with this week's answers.
      if (signal.reason instanceof TookTooLong && evaluation !== null)
        await evaluations.cancel(evaluation, signal.reason.message);
      const reason = signal.aborted ? null : whyNotAtAll(error);
      if (reason === null) throw error;
      return untold(reason, evaluation);
    }
  };

  /** One of exactly this plan that ended since this operation was due: a process that crashed had come so far. */
  async function ended({ service, due }: OperationOrder, { plan }: PreparedEvaluation): Promise<string | null> {
    const wanted = digestOf(plan);
    const found = (await evaluations.runs(service)).find(
      (run) => run.state !== "running" && run.startedAt >= due && digestOf(run.plan) === wanted,
    );
    return found?.id ?? null;
  }

  async function workOff(order: OperationOrder, id: string, signal: AbortSignal, look: () => void): Promise<RunRecord> {
    const begun = await runOf(id);
    if (begun.state !== "running") return begun;
    const hold = await waitForHold(evaluations, id, clock, signal);
    const painting = paintProgress(clock, () => deps.repaint(order));
    const onProgress = (): void => {
      look();
      painting.onProgress();
    };
    try {
      // Another copy may have ended it while this one waited.
      const held = await runOf(id);
      if (held.state !== "running") return held;
      const any = AbortSignal.any([signal, hold.lost]);
      const worked = await evaluations.workOff(held, { priority: "weekly", signal: any, onProgress });
      if (worked.state === "running") throw new Error(`evaluation ${id} has not ended`);
      return worked;
    } finally {
      await painting.settled();
      await hold.release();
    }
  }

  async function runOf(id: string): Promise<RunRecord> {
    const record = await evaluations.run(id);
    if (record === null) throw new Error(`evaluation ${id} is gone from the database`);
    return record;
  }

  async function told(order: OperationOrder, record: RunRecord, signal: AbortSignal): Promise<OperationFinding> {
    const { verdict, summary, result } = makeWeeklyResult(await deps.material(record, signal), await deps.cards());
    const proposals = await search(order, record.id, signal);
    return { verdict, summary, result: { ...result, proposals } };
  }

  /** What it finds is a wish; that it fails takes nothing from what was measured. */
  async function search(order: OperationOrder, evaluation: string, signal: AbortSignal): Promise<readonly string[]> {
    if (deps.afterEvaluation === undefined) return [];
    try {
      return await deps.afterEvaluation(evaluation, order, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      deps.log.warn({ err: error, evaluation }, "the search for better settings failed");
      return [`The search for better settings did not come to an end: ${borderWords(error)}`];
    }
  }

  async function movedAway(
    evaluation: string | null,
    from: Pair,
    to: Pair | "nothing" | null,
  ): Promise<OperationFinding> {
    const now = to === null || to === "nothing" ? "nothing" : named(to);
    const reason = `What is live changed from ${named(from)} to ${now} meanwhile.`;
    if (evaluation !== null) await evaluations.cancel(evaluation, reason);
    return untold(
      `${reason} The evaluation was of what is no longer live, and says nothing of what is. The next run evaluates that.`,
      evaluation,
    );
  }
}

/** Every question, once, by the cheap way to check. */
const WHOLE = { manifest: null, sample: null, seed: null, repeat: 1, stable: false } as const;

const named = ({ run, config }: Pair): string => `${run} with ${config}`;

const untold = (summary: string, evaluation: string | null = null): OperationFinding => ({
  verdict: "inconclusive",
  summary,
  result: evaluation === null ? {} : { evaluation },
});

/** What no waiting mends, as a sentence; null for what may pass by itself, and for faults of our own. */
function whyNotAtAll(error: unknown): string | null {
  if (error instanceof ResultFileError) {
    if (error.code === "empty") {
      return "The gold set is empty, so nothing can be measured. Put questions with their answers into the service's first dataset in golive.yaml.";
    }
    return `The gold file can't be used: ${error.message}.`;
  }
  return isStepFailure(error) && !error.retryable ? error.message : null;
}
