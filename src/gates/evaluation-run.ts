import type { ServiceConfig } from "#src/config/service-config";
import { isRegraded } from "#src/evaluation/baseline/regrade";
import type { EvaluationStore } from "#src/evaluation/run/evaluation-store";
import type { Plan, RunRecord } from "#src/evaluation/run/run-record";
import { doneOf } from "#src/evaluation/run/run-tally";
import type { GateFinding, GateSubject } from "#src/gates/gate";
import type { CheckId } from "#src/release/checklist";
import { digestOf } from "#src/release/hash";
import { durationText } from "#src/release/wording";

export type EvaluationsOf = {
  readonly evaluations: EvaluationStore;
  /** SHA-256 of the service's gold file as it is now; null when it can't be read. */
  readonly goldOf: (service: ServiceConfig) => Promise<string | null>;
  /** How long what this check reads is evidence, by the checklist, in milliseconds. */
  readonly freshForMs: (check: CheckId) => number;
  /** Domain clock. */
  readonly now: () => number;
};

export type ChosenRun =
  | { readonly ok: true; readonly run: RunRecord; readonly measuredAt: number; readonly how: string }
  | { readonly ok: false; readonly kind: string; readonly summary: string; readonly next: string };

/** Whom an evaluation is to speak for. */
type Spoken = Pick<GateSubject, "service" | "candidate" | "frozenManifest">;

/**
 * The evaluation that speaks for a candidate: the newest that has ended, of the same run and configuration, over every question of the
 * service's gold file as it is now, made for this release's manifest, or outside a release by the judge that is configured now. Not the newest *good* one: whoever
 * evaluates again until it passes is held to the last. One that was stopped only speaks where no other does. An easier file, a sample, and stored answers that were graded anew speak for nobody.
 */
export async function chooseEvaluation(
  { evaluations, goldOf, freshForMs: freshFor, now }: EvaluationsOf,
  { service, candidate, frozenManifest }: Spoken,
  check: CheckId,
): Promise<ChosenRun> {
  const freshForMs = freshFor(check);
  const of = `${candidate.run} with ${candidate.config}`;
  const again = `golive eval run --run ${candidate.run} --config ${candidate.config}`;
  const gold = await goldOf(service);
  if (gold === null) {
    return {
      ok: false,
      kind: "gold:unread",
      summary: "The service's gold file can't be read, so nobody can say which evaluations asked its questions.",
      next: "Look at `datasets` in golive.yaml (golive config check names what is wrong), then rerun this check.",
    };
  }
  const runs = (await evaluations.runs(service.id)).filter(
    ({ plan }) =>
      plan.pair.run === candidate.run &&
      plan.pair.config === candidate.config &&
      plan.gold.sha256 === gold &&
      plan.sample === null &&
      !isRegraded(plan) &&
      (plan.manifest === null ? isJudgedLikeARelease(plan, service) : plan.manifest === frozenManifest),
  );
  const ended = runs.filter(({ state }) => state !== "running");
  const newest = ended.find(({ state }) => state !== "cancelled");
  // One that somebody stopped says nothing: the one before it still speaks, for as long as it is fresh.
  const run = newest !== undefined && now() - endOf(newest) <= freshForMs ? newest : ended[0];
  if (run === undefined) {
    const [open] = runs;
    if (open === undefined) {
      const next = `A release evaluates its candidate by itself. Outside of one: ${again}; then rerun this check.`;
      return {
        ok: false,
        kind: "evaluation:none",
        summary: `Nobody has evaluated ${of} over the whole gold file yet.`,
        next,
      };
    }
    const done = doneOf(open.counts);
    const summary = `The evaluation ${open.id} of ${of} has not ended: ${done} of ${open.counts.planned} trials have their verdict.`;
    const next =
      open.plan.manifest === null
        ? "Wait for it, or go on with it: golive eval run."
        : "Wait for it; where nothing works on it any more, Re-run in the release goes on with it.";
    return { ok: false, kind: "evaluation:running", summary, next };
  }
  const measuredAt = endOf(run);
  if (now() - measuredAt > freshForMs) {
    return {
      ok: false,
      kind: "evaluation:old",
      summary: `The evaluation ${run.id} of ${of} ended ${durationText(now() - measuredAt)} ago; ${durationText(freshForMs)} are allowed.`,
      next: `Rerun this check in a release: it evaluates again. Outside of one: ${again}.`,
    };
  }
  return {
    ok: true,
    run,
    measuredAt,
    how: `evaluation ${run.id}${run.plan.manifest === null ? ", run outside a release" : ""}`,
  };
}

/** Whoever evaluates by hand chooses neither the judge nor how it is asked: a release's own evaluation can't either. */
const isJudgedLikeARelease = ({ epoch }: Plan, { models }: Pick<ServiceConfig, "models">): boolean =>
  epoch.judge.asked === models.judge_model && epoch.checking === "joint";

const endOf = ({ endedAt, startedAt }: RunRecord): number => endedAt ?? startedAt;

/** What a verdict on an evaluation rests on: who answered, what was asked, who graded. Another run of the same is the same. */
export const inputsOf = ({ plan }: RunRecord): string =>
  digestOf({ pair: plan.pair, gold: plan.gold.sha256, epoch: plan.epoch.id });

/** No evaluation to look at: inconclusive, never a pass. */
export function withoutEvaluation(
  { candidate }: GateSubject,
  { kind, summary, next }: Extract<ChosenRun, { ok: false }>,
  bar: string,
): GateFinding {
  return {
    verdict: "inconclusive",
    summary,
    value: "no evaluation",
    bar,
    numbers: {},
    how: "the newest evaluation of the candidate",
    next,
    inputs: digestOf({ candidate, kind }),
    findings: [kind],
  };
}

/**
 * What contradicts that evaluations don't apply to a service: one of it, over a whole gold file, has so many graded cases that it could be judged. A rollback's smoke evaluation is a sample. The end
 * of a sentence, or null.
 */
export async function enoughEvaluated(
  store: Pick<EvaluationStore, "runs">,
  service: string,
  needed: number,
): Promise<string | null> {
  const large = (await store.runs(service)).find(
    ({ state, counts, plan }) =>
      state === "finished" && plan.repeat === 1 && plan.sample === null && counts.graded >= needed,
  );
  return large === undefined
    ? null
    : `its evaluation ${large.id} has ${large.counts.graded} graded cases, and ${needed} are enough`;
}
