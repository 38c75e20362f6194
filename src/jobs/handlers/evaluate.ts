import { z } from "zod";
import type { EvaluationWish, PreparedEvaluation } from "#src/evaluation/evaluations";
import { ResultFileError } from "#src/evaluation/results/result-file-error";
import type { Hold } from "#src/evaluation/run/hold-run";
import { paintProgress } from "#src/evaluation/run/paint-progress";
import { isStepFailure } from "#src/evaluation/run/patience";
import type { Epoch, RunRecord } from "#src/evaluation/run/run-record";
import type { Tally } from "#src/evaluation/run/run-tally";
import { waitForHold } from "#src/evaluation/run/wait-for-hold";
import type { RunningJob } from "#src/jobs/create-jobs";
import { releaseJobSchema } from "#src/jobs/handlers/freeze-manifest";
import type { MachineClock } from "#src/models/machine-clock";
import type { EvaluationEnd, EvaluationPlan } from "#src/release/events";
import type { ReleaseState } from "#src/release/state";
import type { DecideIntent } from "#src/release/use-cases/decide-intent";

const jobSchema = releaseJobSchema.extend({ manifest: z.string() });
const stopSchema = jobSchema.extend({ evaluation: z.string().nullable() });

/** What working an evaluation off takes of the evaluation room. */
export type ReleaseEvaluations = {
  prepare(wish: EvaluationWish, signal: AbortSignal): Promise<PreparedEvaluation>;
  /** The judge and its prompts as they are today. */
  epoch(service: string, checking: Epoch["checking"], signal: AbortSignal): Promise<Epoch>;
  open(prepared: PreparedEvaluation): Promise<{ readonly id: string }>;
  hold(run: string): Promise<Hold | null>;
  run(id: string): Promise<RunRecord | null>;
  workOff(
    run: RunRecord,
    how: { readonly priority: "go-live"; readonly signal: AbortSignal; readonly onProgress: (tally: Tally) => void },
  ): Promise<RunRecord>;
  cancel(run: string, reason: string): Promise<boolean>;
};

type Deps = {
  readonly decide: DecideIntent;
  readonly release: (id: string) => Promise<ReleaseState | null>;
  /** What this release wants evaluated. Throws when its questions can't be read, or this process is configured otherwise. */
  readonly wish: (release: ReleaseState, manifest: string, signal: AbortSignal) => Promise<EvaluationWish>;
  /** A finished evaluation of exactly this that is evidence for a while still; null: there is none. */
  readonly known: (release: ReleaseState) => Promise<RunRecord | null>;
  /** What its questions are too few to prove; null where they aren't, or nothing is compared. */
  readonly caution: (release: ReleaseState, prepared: PreparedEvaluation) => string | null;
  readonly evaluations: ReleaseEvaluations;
  /** Has the release's message painted, since its evaluation is further. */
  readonly repaint: (release: ReleaseState) => Promise<void>;
  readonly clock: MachineClock;
};

/**
 * Evaluates a release's candidate for the manifest it froze, or finds that this was done: then tells the release, whose checks run.
 * Repeated after a crash it goes on with the run that was begun; what was paid for stays. What somebody has to mend first (a model
 * that is denied, questions that can't be read) ends it for the release with the reason, and leaves the run open: asked for again, it
 * goes on. Throws what may pass by itself.
 */
export function createEvaluate(deps: Deps): (job: RunningJob) => Promise<void> {
  const { evaluations, clock } = deps;
  return async (job) => {
    const { service, release: id, manifest } = jobSchema.parse(job.data);
    const wanted = async (): Promise<ReleaseState | null> => {
      const release = await deps.release(id);
      return release !== null && wants(release, manifest) ? release : null;
    };
    const release = await wanted();
    if (release === null) return;
    let run = release.evaluation?.run ?? null;
    const known = run === null ? await deps.known(release) : null;
    if (known !== null) return end(known.id, endOf(known), true);
    try {
      run = run === null ? await begin(release) : await takeUp(release, run);
      if (run === null) return;
      await end(run, endOf(await workOff(release, run)), false);
    } catch (error) {
      const reason = job.signal.aborted ? null : whyNotAtAll(error);
      if (reason === null) throw error;
      const begun = run === null ? null : await evaluations.run(run);
      await end(run, { ...countsOf(begun), outcome: "inconclusive", reason }, false);
    }

    /** Null: it was wanted when this began, and is not any more. */
    async function begin(wanting: ReleaseState): Promise<string | null> {
      const prepared = await evaluations.prepare(await deps.wish(wanting, manifest, job.signal), job.signal);
      const { id: evaluation } = await evaluations.open(prepared);
      const caution = deps.caution(wanting, prepared);
      const plan = { ...planOf(prepared), ...(caution === null ? {} : { caution }) };
      await deps.decide(service, id, null, { type: "start-evaluation", manifest, evaluation, plan });
      if ((await wanted())?.evaluation?.run === evaluation) return evaluation;
      await evaluations.cancel(evaluation, NOT_WANTED);
      return null;
    }

    /**
     * Goes on with what was begun, under the settings that are frozen. Judged otherwise from here on it would be no measure: then
     * another one begins. Null: as above.
     */
    async function takeUp(wanting: ReleaseState, begun: string): Promise<string | null> {
      const record = await evaluations.run(begun);
      if (record?.state !== "running") return begun;
      const wish = await deps.wish(wanting, manifest, job.signal);
      const { epoch } = record.plan;
      const today = await evaluations.epoch(wish.service, epoch.checking, job.signal);
      if (today.id === epoch.id) return begun;
      const another = await begin(wanting);
      await evaluations.cancel(begun, OTHER_JUDGE);
      return another;
    }

    /** One that ended in the moment before a crash only has to be told. */
    async function workOff(wanting: ReleaseState, evaluation: string): Promise<RunRecord> {
      const begun = await evaluations.run(evaluation);
      if (begun === null) throw new Error(`evaluation ${evaluation} is gone from the database`);
      if (begun.state !== "running") return begun;
      const hold = await waitForHold(evaluations, evaluation, clock, job.signal);
      try {
        const worked = await work(wanting, begun, AbortSignal.any([job.signal, hold.lost]));
        // Nobody else works on it while it is held here: tried again, it goes on.
        if (worked.state === "running") throw new Error(`evaluation ${evaluation} has not ended`);
        return worked;
      } finally {
        await hold.release();
      }
    }

    function end(evaluation: string | null, ended: EvaluationEnd, isKnown: boolean): Promise<void> {
      const intent = { type: "end-evaluation", manifest, evaluation, end: ended, known: isKnown } as const;
      return deps.decide(service, id, null, intent).then(() => undefined);
    }
  };

  async function work(release: ReleaseState, run: RunRecord, signal: AbortSignal): Promise<RunRecord> {
    const painting = paintProgress(clock, () => deps.repaint(release));
    try {
      return await evaluations.workOff(run, { priority: "go-live", signal, onProgress: painting.onProgress });
    } finally {
      await painting.settled();
    }
  }
}

/** Ends an evaluation that is for nothing any more: its release was given up, moved on, or somebody stopped it. */
export function createStopEvaluation(
  deps: Pick<Deps, "decide" | "release"> & {
    readonly evaluations: Pick<ReleaseEvaluations, "cancel" | "run">;
  },
): (job: RunningJob) => Promise<void> {
  return async (job) => {
    const { service, release: id, manifest, evaluation } = stopSchema.parse(job.data);
    const current = await deps.release(id);
    // The same manifest was frozen again, and its evaluation goes on with this very run, or is about to.
    const run = current?.evaluation?.run ?? null;
    if (current !== null && wants(current, manifest) && (run === null || run === evaluation)) return;
    const stopped = current?.evaluation?.status === "stopping";
    if (evaluation !== null) await deps.evaluations.cancel(evaluation, stopped ? STOPPED : NOT_WANTED);
    if (!stopped) return;
    const ended = evaluation === null ? null : await deps.evaluations.run(evaluation);
    const end: EvaluationEnd = { ...countsOf(ended), outcome: "cancelled", reason: STOPPED };
    await deps.decide(service, id, null, { type: "end-evaluation", manifest, evaluation, end, known: false });
  };
}

const STOPPED = "It was stopped from the release.";
const OTHER_JUDGE =
  "The judge, or what it is asked, is no longer what it was when this began: another one took its place.";
const NOT_WANTED = "The release that wanted it has ended or froze another manifest.";

/** What no waiting mends, as a sentence; null for what may pass by itself, and for faults of our own. */
function whyNotAtAll(error: unknown): string | null {
  if (error instanceof ResultFileError) return `The gold file can't be used: ${error.message}.`;
  return isStepFailure(error) && !error.retryable ? error.message : null;
}

const wants = ({ ended, manifest: frozen, evaluation }: ReleaseState, manifest: string): boolean =>
  ended === null &&
  frozen?.hash === manifest &&
  evaluation?.manifest === manifest &&
  (evaluation.status === "requested" || evaluation.status === "running");

function planOf({ estimate }: PreparedEvaluation): EvaluationPlan {
  const { trials, answerCalls, judgeCalls, seconds, dollars } = estimate;
  return { trials, calls: answerCalls + judgeCalls, seconds, dollars };
}

function endOf(run: RunRecord): EvaluationEnd {
  const { id, state, reason } = run;
  if (state === "running") throw new Error(`evaluation ${id} has not ended`);
  return { ...countsOf(run), outcome: state, reason };
}

function countsOf(run: RunRecord | null): Omit<EvaluationEnd, "outcome" | "reason"> {
  if (run === null) return { trials: 0, graded: 0, refusals: 0, ungraded: 0, failed: 0 };
  const { planned: trials, graded, refusals, ungraded, failed } = run.counts;
  return { trials, graded, refusals, ungraded, failed };
}
