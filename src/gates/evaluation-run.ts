import type { EvaluationStore } from "#src/evaluation/run/evaluation-store";
import type { RunRecord } from "#src/evaluation/run/run-record";
import type { GateFinding, GateSubject } from "#src/gates/gate";
import { digestOf } from "#src/release/hash";

/** An evaluation stays evidence for so long. */
export const FRESH_HOURS = 24;
const HOUR_MS = 3_600_000;

export type ChosenRun =
  | { readonly ok: true; readonly run: RunRecord; readonly how: string }
  | { readonly ok: false; readonly kind: string; readonly summary: string; readonly next: string };

/**
 * The evaluation that speaks for a candidate: the newest that has ended, of the same run and configuration, made for this release's
 * manifest or outside a release. Not the newest *good* one: whoever evaluates again until it passes is held to the last.
 */
export async function chooseEvaluation(
  store: Pick<EvaluationStore, "runs">,
  { service, candidate, frozenManifest, machineNow }: GateSubject,
): Promise<ChosenRun> {
  const of = `${candidate.run} with ${candidate.config}`;
  const runs = (await store.runs(service.id)).filter(
    ({ plan }) =>
      plan.pair.run === candidate.run &&
      plan.pair.config === candidate.config &&
      (plan.manifest === null || plan.manifest === frozenManifest),
  );
  const [run] = runs.filter(({ state }) => state !== "running");
  if (run === undefined) {
    const [open] = runs;
    const next = `Evaluate it: golive eval run --run ${candidate.run} --config ${candidate.config}; then rerun this check.`;
    if (open === undefined)
      return { ok: false, kind: "evaluation:none", summary: `Nobody has evaluated ${of} yet.`, next };
    const { planned, graded, refusals, ungraded, failed } = open.counts;
    const done = graded + refusals + ungraded + failed;
    const summary = `The evaluation ${open.id} of ${of} has not ended: ${done} of ${planned} trials have their verdict.`;
    return { ok: false, kind: "evaluation:running", summary, next: "Wait for it, or go on with it: golive eval run." };
  }
  const hours = (machineNow() - (run.endedAt ?? run.startedAt)) / HOUR_MS;
  if (hours > FRESH_HOURS) {
    return {
      ok: false,
      kind: "evaluation:old",
      summary: `The evaluation ${run.id} of ${of} is ${Math.floor(hours)} hours old; ${FRESH_HOURS} are allowed.`,
      next: `Evaluate it again: golive eval run --run ${candidate.run} --config ${candidate.config}.`,
    };
  }
  return { ok: true, run, how: `evaluation ${run.id}${run.plan.manifest === null ? ", run outside a release" : ""}` };
}

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
 * What contradicts that evaluations don't apply to a service: one of it has so many graded cases that it could be judged. The end
 * of a sentence, or null.
 */
export async function enoughEvaluated(
  store: Pick<EvaluationStore, "runs">,
  service: string,
  needed: number,
): Promise<string | null> {
  const large = (await store.runs(service)).find(
    ({ state, counts, plan }) => state === "finished" && plan.repeat === 1 && counts.graded >= needed,
  );
  return large === undefined
    ? null
    : `its evaluation ${large.id} has ${large.counts.graded} graded cases, and ${needed} are enough`;
}
