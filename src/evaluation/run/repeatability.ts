import type { Metric } from "#src/evaluation/metrics/metric-names";
import type { CaseRecord } from "#src/evaluation/run/case-record";

/** The metrics whose spread is told. */
export const SPREAD_OF = ["precision", "recall", "f1", "faithfulness"] as const satisfies readonly Metric[];
export type SpreadMetric = (typeof SPREAD_OF)[number];

/** Largest minus smallest value of one case: the mean over the cases, and the worst of them. 0 to 1. */
export type Spread = { readonly mean: number; readonly largest: number };
export type Spreads = Readonly<Record<SpreadMetric, Spread>>;

/** How far the judge agrees with itself about one and the same answer. */
export type JudgeSpread = {
  /** Answers that were judged more than once. */
  readonly answers: number;
  /** Share of them that got the same metrics each time, 0 to 1. */
  readonly same: number;
  readonly spreads: Spreads;
};

/** How far the repeats of the same cases agree. */
export type Repeatability = {
  readonly cases: number;
  /** Share of those cases whose answers are the same letter by letter, 0 to 1. */
  readonly identical: number;
  /** Answers and judge together. Null without two grades of one case. */
  readonly spreads: Spreads | null;
  /** The judge alone. Null where no answer was judged twice. */
  readonly judge: JudgeSpread | null;
};

type Grades = readonly Readonly<Record<SpreadMetric, number>>[];

/** What one trial says of repeatability; small, so that a whole run of them fits into memory. */
export type RepeatTrial = {
  readonly caseId: string;
  readonly answer: string | null;
  /** What the answer was judged against besides the gold answer. */
  readonly context: string;
  /** The first grade and the second, as far as there are any. */
  readonly grades: Grades;
};

export function repeatTrial({ gold, reply, verdict }: CaseRecord): RepeatTrial {
  const answer = reply?.answer ?? null;
  return {
    caseId: gold.id,
    answer: answer?.answer ?? null,
    context: JSON.stringify((answer?.context ?? []).map(({ chunk_id }) => chunk_id)),
    grades: [verdict?.metrics ?? null, verdict?.second ?? null].flatMap(gradeOf),
  };
}

function gradeOf(metrics: { readonly [metric in Metric]?: number | undefined } | null): Grades {
  const { precision, recall, f1, faithfulness } = metrics ?? {};
  if (precision === undefined || recall === undefined || f1 === undefined || faithfulness === undefined) return [];
  return [{ precision, recall, f1, faithfulness }];
}

/** Over the cases that were asked more than once; null without any. */
export function repeatabilityOf(trials: readonly RepeatTrial[]): Repeatability | null {
  const repeated = [...Map.groupBy(trials, ({ caseId }) => caseId).values()].filter((times) => times.length > 1);
  if (repeated.length === 0) return null;
  const same = repeated.filter(([first, ...others]) => {
    return first !== undefined && first.answer !== null && others.every(({ answer }) => answer === first.answer);
  });
  return {
    cases: repeated.length,
    identical: same.length / repeated.length,
    // Second grades are the judge's affair alone.
    spreads: spreadsOf(repeated.map((times) => times.flatMap(({ grades }) => grades.slice(0, 1)))),
    judge: judgeSpread(repeated.flat()),
  };
}

/** The same answer over the same context is the same work for the judge, in whichever trial it stands. */
function judgeSpread(trials: readonly RepeatTrial[]): JudgeSpread | null {
  const answers = Map.groupBy(
    trials.filter(({ answer }) => answer !== null),
    ({ caseId, answer, context }) => JSON.stringify([caseId, answer, context]),
  );
  const judged = [...answers.values()]
    .map((times) => times.flatMap(({ grades }) => grades))
    .filter((grades) => grades.length > 1);
  const spreads = spreadsOf(judged);
  if (spreads === null) return null;
  const same = judged.filter((grades) => SPREAD_OF.every((metric) => rangeOf(grades, metric) === 0));
  return { answers: judged.length, same: same.length / judged.length, spreads };
}

function spreadsOf(groups: readonly Grades[]): Spreads | null {
  const judged = groups.filter((grades) => grades.length > 1);
  if (judged.length === 0) return null;
  const spread = (metric: SpreadMetric): Spread => {
    const ranges = judged.map((grades) => rangeOf(grades, metric));
    return { mean: ranges.reduce((sum, each) => sum + each, 0) / ranges.length, largest: Math.max(...ranges) };
  };
  return {
    precision: spread("precision"),
    recall: spread("recall"),
    f1: spread("f1"),
    faithfulness: spread("faithfulness"),
  };
}

function rangeOf(grades: Grades, metric: SpreadMetric): number {
  const values = grades.map((grade) => grade[metric]);
  return Math.max(...values) - Math.min(...values);
}
