import type { Judgement } from "#src/evaluation/metrics/labels";
import { METRICS, type Metric } from "#src/evaluation/metrics/metric-names";
import type { KnownScore } from "#src/operations/smoke/known-scores";
import type { SmokeCase, SmokeCheck } from "#src/operations/smoke/suites";

export type Scorer = {
  readonly score: (judgement: Judgement) => { readonly [metric in Metric]?: number };
  /** ×100, one decimal. */
  readonly means: (judgements: readonly Judgement[]) => { readonly [metric in Metric]?: number };
};

/** A quotient of small numbers is the same double whoever divides; F1 is put together from two of them. */
const SAME = 1e-12;

/** Stored verdicts scored anew: every metric must come to what was worked out by hand. */
export function judgeScores(
  { score, means }: Scorer,
  known: readonly KnownScore[],
  knownMeans: Readonly<Record<Metric, number>>,
): Omit<SmokeCheck, "milliseconds"> {
  const single = known.flatMap(({ id, judgement, metrics }) => differences(id, score(judgement), metrics));
  const together = differences("means", means(known.map(({ judgement }) => judgement)), knownMeans);
  const cases = [...single, ...together];
  const figures = (known.length + 1) * METRICS.length;
  if (cases.length === 0) {
    return { id: "scores", verdict: "pass", summary: `${figures}/${figures} known figures met.`, next: "", cases };
  }
  return {
    id: "scores",
    verdict: "fail",
    summary: `${cases.length} of ${figures} known figures are not met: this Golive scores wrongly.`,
    next: "Trust no score of this version. Go back to the one before, and report it.",
    cases,
  };
}

const differences = (
  id: string,
  found: { readonly [metric in Metric]?: number },
  right: Readonly<Record<Metric, number>>,
): SmokeCase[] =>
  METRICS.flatMap((metric) => {
    const now = found[metric] ?? null;
    if (now !== null && Math.abs(now - right[metric]) <= SAME) return [];
    return [
      {
        id: `${id}/${metric}`,
        question: "",
        says: `${now ?? "nothing"}, not ${right[metric]}`,
        before: right[metric],
        now,
      },
    ];
  });
