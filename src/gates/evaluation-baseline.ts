import type { Baselines } from "#src/evaluation/baseline/baselines";
import { newestFinished } from "#src/evaluation/baseline/newest-finished";
import type { LatencyComparison } from "#src/evaluation/compare/compare-latency";
import { type Comparison, compareRuns } from "#src/evaluation/compare/compare-runs";
import { FEWEST_PAIRS, type Interval } from "#src/evaluation/compare/paired-difference";
import type { Margins } from "#src/evaluation/compare/standings";
import { readEvaluated } from "#src/evaluation/read-evaluated";
import {
  chooseEvaluation,
  type EvaluationsOf,
  enoughEvaluated,
  inputsOf,
  withoutEvaluation,
} from "#src/gates/evaluation-run";
import type { Gate, GateFinding } from "#src/gates/gate";
import { digestOf } from "#src/release/hash";

export type EvaluationBaselineDeps = EvaluationsOf & {
  readonly baselines: Pick<Baselines, "current">;
  readonly margins: Margins;
};

/**
 * Two evaluations are of two different hours, with other load: no control of the latency for each other. So a p95 that is proven longer
 * asks people, and only when it is longer by so many seconds that somebody would notice; the canary, which has a control, decides.
 */
const SLOWER_SECONDS = 0.5;

const BAR = "nothing proven worse, everything proven good enough";
/** Cases that evidence names. */
const MOST_NAMED = 3;

/**
 * The candidate's newest evaluation against the baseline, case by case. Where nobody set one in its epoch over the same questions, what
 * is live is the baseline: by the newest finished evaluation of it.
 */
export function createEvaluationBaselineGate(deps: EvaluationBaselineDeps): Gate {
  const { evaluations, baselines, margins } = deps;
  return {
    id: "evaluation-baseline",
    title: "Not worse than the baseline",
    version: 2,
    restsOn: "evaluation",
    timeoutMs: 300_000,
    thresholds: () => ({
      ...Object.fromEntries(
        Object.entries({ ...margins.measures, p95_latency: margins.latency }).flatMap(([measure, margin]) => [
          [`${measure}_threshold`, margin.threshold],
          [`${measure}_tolerance`, margin.tolerance],
        ]),
      ),
      slower_seconds: SLOWER_SECONDS,
      fewest_pairs: FEWEST_PAIRS,
    }),
    contradicts: ({ service }) => enoughEvaluated(evaluations, service.id, FEWEST_PAIRS),
    check: async (subject, signal) => {
      if (subject.active === null) return firstGoLive();
      const chosen = await chooseEvaluation(deps, subject, "evaluation-baseline");
      if (!chosen.ok) return withoutEvaluation(subject, chosen, BAR);
      const { run, how, measuredAt } = chosen;
      const current = await baselines.current(subject.service.id, run.plan.epoch.id);
      if (current?.run === run.id) {
        const summary = `The baseline is this very evaluation, ${run.id}: it can't be held against itself.`;
        const next = "Make another evaluation the baseline (golive eval baseline set), then rerun this check.";
        return withoutEvaluation(subject, { ok: false, kind: "baseline:itself", summary, next }, BAR);
      }
      const set = current === null ? null : await evaluations.run(current.run);
      // A baseline that was asked other questions says nothing about these.
      const isOfThese = set !== null && set.plan.gold.sha256 === run.plan.gold.sha256;
      const other = isOfThese ? set : await newestFinished(evaluations, subject.active, run);
      if (other === null) {
        const epoch = run.plan.epoch.id.slice(0, 8);
        const summary =
          set === null
            ? `No baseline is set for the evaluator epoch ${epoch}, in which ${run.id} was graded, and what is live was never evaluated in it.`
            : `The baseline ${set.id} asked the questions of another gold file than ${run.id}, and what is live was never evaluated over these in the evaluator epoch ${epoch}.`;
        const { run: live, config } = subject.active;
        const next = `Evaluate what is live (golive eval run --run ${live} --config ${config}), or grade the baseline there is anew: golive eval baseline regrade. Then rerun this check.`;
        return withoutEvaluation(subject, { ok: false, kind: "baseline:none", summary, next }, BAR);
      }
      const { runs } = await readEvaluated({ evaluations, store: subject.store }, [other, run], signal);
      const [baseline, candidate] = runs;
      if (baseline === undefined || candidate === undefined) throw new Error(`evaluation ${run.id} is not there`);
      return {
        ...told(compareRuns(baseline, candidate, margins), other.id),
        bar: BAR,
        how: `${how}, case by case against ${other.id}${isOfThese ? "" : ", the newest of what is live"}`,
        measuredAt,
        next: `Look at the cases: golive eval report ${run.id} --baseline baseline --out report.html.`,
        inputs: digestOf({ baseline: inputsOf(other), candidate: inputsOf(run) }),
      };
    },
  };
}

/** Nothing is live: what is relative has nothing to be relative to. The floors hold all the same. */
const firstGoLive = (): GateFinding => ({
  verdict: "pass",
  summary: "First go-live: nothing is live, so there is no baseline. The quality floors hold all the same.",
  value: "first go-live",
  bar: BAR,
  numbers: { first: true },
  how: "the pointer",
  next: "",
  inputs: digestOf({ first: true }),
  findings: [],
});

function told(
  found: Comparison,
  baseline: string,
): Pick<GateFinding, "verdict" | "summary" | "value" | "numbers" | "findings"> {
  if (!found.comparable) {
    const { kind, sentence } = found.why;
    return { verdict: "inconclusive", summary: sentence, value: "not comparable", numbers: {}, findings: [kind] };
  }
  const { answers, caveats, differences, latency, drops } = found;
  const held = differences.filter(({ standing }) => standing !== null);
  const slower = isSlower(latency);
  const verdict = answers === "pass" && slower ? "inconclusive" : answers;
  const standings = held.map(({ measure, standing, n, difference, interval }) => ({
    name: measure,
    standing,
    said: `${measure} ${signed(difference)} points (${rangeOf(interval)}, ${n} pairs)`,
  }));
  const p95 = `p95 latency × ${latency.ratio === null ? "unknown" : latency.ratio.toFixed(2)} over ${latency.n} pairs`;
  const against = standings.filter(({ standing }) => standing === "breach");
  const open = standings.filter(({ standing }) => standing !== "breach" && standing !== "healthy");
  const worst = drops.slice(0, MOST_NAMED).map(({ id }) => id);
  const reasons = [
    ...caveats.map(({ sentence }) => sentence.replace(/\.$/, "")),
    ...(caveats.length > 0 ? [] : (verdict === "fail" ? against : open).map(({ said }) => said)),
    ...(slower ? [`${p95}, which only a canary can judge: the two were measured at different hours`] : []),
  ];
  return {
    verdict,
    summary:
      verdict === "pass"
        ? `Proven good enough against ${baseline}: ${standings.map(({ said }) => said).join("; ")}; ${p95}, not judged here.`
        : `${verdict === "fail" ? `Proven worse than ${baseline}` : `Not proven good enough against ${baseline}`}: ${reasons.join("; ")}.`,
    value: `points: ${held
      .map(({ measure, difference, interval }) => {
        const called = measure.replace("oracle_retrieval_hit_prefilter", "oracle_hit").replaceAll("_", " ");
        return `${called} ${signed(difference)} (${rangeOf(interval)})`;
      })
      .join(" · ")}`,
    numbers: {
      baseline,
      worst_cases: worst.length === 0 ? null : worst.join(" "),
      ...Object.fromEntries(held.map(({ measure, difference }) => [`${measure}_difference`, difference])),
      p95_ratio: latency.ratio === Number.POSITIVE_INFINITY ? "unanswered" : latency.ratio,
    },
    findings:
      verdict === "pass"
        ? []
        : [
            ...caveats.map(({ kind }) => kind),
            ...[...against, ...open].map(({ name, standing }) => `${name}:${standing}`),
            ...(slower ? ["p95_latency:slower"] : []),
          ],
  };
}

/** Proven longer, by so much that somebody would notice. */
function isSlower({ standing, baseline, candidate }: LatencyComparison): boolean {
  return standing === "breach" && (candidate ?? 0) - (baseline ?? 0) >= SLOWER_SECONDS;
}

const rangeOf = (interval: Interval | null): string =>
  interval === null ? "no interval" : `${signed(interval.low)} to ${signed(interval.high)}`;

/** In points, with a sign: an improvement must not look like a fall. */
const signed = (share: number | null): string =>
  share === null ? "unknown" : `${share < 0 ? "−" : "+"}${Math.abs(100 * share).toFixed(1)}`;
