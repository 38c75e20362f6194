import type { Baselines } from "#src/evaluation/baseline/baselines";
import { LATENCY_MARGIN } from "#src/evaluation/compare/compare-latency";
import { type Comparison, compareRuns } from "#src/evaluation/compare/compare-runs";
import { FEWEST_PAIRS } from "#src/evaluation/compare/paired-difference";
import { MARGINS } from "#src/evaluation/compare/standings";
import { readEvaluated } from "#src/evaluation/read-evaluated";
import {
  chooseEvaluation,
  type EvaluationsOf,
  enoughEvaluated,
  inputsOf,
  newestFinished,
  withoutEvaluation,
} from "#src/gates/evaluation-run";
import type { Gate, GateFinding } from "#src/gates/gate";
import { digestOf } from "#src/release/hash";

export type EvaluationBaselineDeps = EvaluationsOf & {
  readonly baselines: Pick<Baselines, "current">;
};

const BAR = "nothing proven worse, everything proven good enough";
/** Cases that evidence names. */
const MOST_NAMED = 3;

/**
 * The candidate's newest evaluation against the baseline, case by case. Where nobody set one in its epoch, what is live is the
 * baseline: by the newest finished evaluation of it.
 */
export function createEvaluationBaselineGate(deps: EvaluationBaselineDeps): Gate {
  const { evaluations, baselines } = deps;
  return {
    id: "evaluation-baseline",
    title: "Not worse than the baseline",
    version: 2,
    restsOn: "evaluation",
    timeoutMs: 300_000,
    thresholds: () => ({ margins: digestOf({ ...MARGINS, latency: LATENCY_MARGIN }), fewest_pairs: FEWEST_PAIRS }),
    contradicts: ({ service }) => enoughEvaluated(evaluations, service.id, FEWEST_PAIRS),
    check: async (subject, signal) => {
      if (subject.active === null) return firstGoLive();
      const chosen = await chooseEvaluation(deps, subject, "evaluation-baseline");
      if (!chosen.ok) return withoutEvaluation(subject, chosen, BAR);
      const { run, how, measuredAt } = chosen;
      const current = await baselines.current(subject.service.id, run.plan.epoch.id);
      const other =
        current === null ? await newestFinished(evaluations, subject.active, run) : await evaluations.run(current.run);
      if (other === null) {
        const summary = `No baseline is set for the evaluator epoch ${run.plan.epoch.id.slice(0, 8)}, in which ${run.id} was graded, and what is live was never evaluated in it.`;
        const { run: live, config } = subject.active;
        const next = `Evaluate what is live (golive eval run --run ${live} --config ${config}), or grade the baseline there is anew: golive eval baseline regrade. Then rerun this check.`;
        return withoutEvaluation(subject, { ok: false, kind: "baseline:none", summary, next }, BAR);
      }
      const { runs } = await readEvaluated({ evaluations, store: subject.store }, [other, run], signal);
      const [baseline, candidate] = runs;
      if (baseline === undefined || candidate === undefined) throw new Error(`evaluation ${run.id} is not there`);
      return {
        ...told(compareRuns(baseline, candidate), other.id),
        bar: BAR,
        how: `${how}, case by case against ${other.id}${current === null ? ", the newest of what is live" : ""}`,
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
  const { verdict, caveats, differences, latency, drops } = found;
  const held = differences.filter(({ standing }) => standing !== null);
  const standings = [
    ...held.map(({ measure, standing, n, difference, interval }) => ({
      name: measure,
      standing,
      said: `${measure} ${points(difference)} points (${interval === null ? "no interval" : `${points(interval.low)} to ${points(interval.high)}`}, ${n} pairs)`,
    })),
    {
      name: "p95_latency",
      standing: latency.standing,
      said: `p95 latency × ${latency.ratio === null ? "unknown" : latency.ratio.toFixed(2)} (${latency.n} pairs)`,
    },
  ];
  const against = standings.filter(({ standing }) => standing === "breach");
  const open = standings.filter(({ standing }) => standing !== "breach" && standing !== "healthy");
  const worst = drops.slice(0, MOST_NAMED).map(({ id }) => id);
  const first = verdict === "fail" ? against : open;
  const reason =
    caveats.length > 0
      ? caveats.map(({ sentence }) => sentence).join(" ")
      : `${first.map(({ said }) => said).join("; ")}.`;
  return {
    verdict,
    summary:
      verdict === "pass"
        ? `Proven good enough against ${baseline}: ${standings.map(({ said }) => said).join("; ")}.`
        : `${verdict === "fail" ? `Proven worse than ${baseline}` : `Not proven good enough against ${baseline}`}: ${reason}`,
    value: held
      .map(
        ({ measure, difference, interval }) =>
          `${measure} ${signed(difference)} (${interval === null ? "no interval" : `${signed(interval.low)} to ${signed(interval.high)}`})`,
      )
      .join(" · "),
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
          ],
  };
}

/** In points, with a sign: an improvement must not look like a fall. */
const signed = (share: number | null): string =>
  share === null ? "unknown" : `${share < 0 ? "−" : "+"}${Math.abs(100 * share).toFixed(1)}`;
const points = (share: number | null): string => (share === null ? "unknown" : (100 * share).toFixed(1));
