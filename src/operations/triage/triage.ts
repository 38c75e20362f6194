import type { Comparison } from "#src/evaluation/compare/compare-runs";
import type { EvaluatedRun } from "#src/evaluation/compare/evaluated-run";
import type { JudgedFloors } from "#src/evaluation/compare/judge-floors";
import { answerSymptoms } from "#src/operations/triage/answer-symptoms";
import type { CaseTrace } from "#src/operations/triage/case-trace";
import { CAUSES, type Cause, type Sign } from "#src/operations/triage/causes";
import type { CasePairSeen } from "#src/operations/triage/seen-case";
import { latencySymptoms, ruleSymptoms, workingSymptoms } from "#src/operations/triage/service-symptoms";
import { type How, type Metric, OTHER_METRICS, type Symptom } from "#src/operations/triage/symptom";
import { type Sureness, type Weighed, type Weighing, weigh } from "#src/operations/triage/weigh";

/** A run with what the first trace of each case shows. */
export type TracedRun = { readonly run: EvaluatedRun; readonly traces: ReadonlyMap<string, CaseTrace> };

export type TriageSubject = {
  readonly now: TracedRun;
  /** What it is compared with; null without one. */
  readonly before: TracedRun | null;
  readonly comparison: Comparison | null;
  readonly floors: JudgedFloors;
  /** False: the service declared the prompt audit away. */
  readonly auditApplies: boolean;
};

/** A symptom with what explains it. */
export type TriagedSymptom = Symptom & Weighing;

/** A cause with everything that points to it. */
export type TriagedCause = {
  readonly cause: Cause;
  /** By the surest of its symptoms. */
  readonly sure: Exclude<Sureness, "unclear">;
  /** Surest first. */
  readonly metrics: readonly Metric[];
  /** What shows in those cases, most frequent first. */
  readonly signs: readonly { readonly sign: Sign; readonly cases: number }[];
  /** Different cases. */
  readonly cases: number;
};

export type Triage = {
  /** In the order: broken rules, floors, proven, seen. */
  readonly symptoms: readonly TriagedSymptom[];
  /** Surest first. Empty: nothing is wrong, or nothing separates the causes. */
  readonly causes: readonly TriagedCause[];
  /** Metrics whose cause is not clear. */
  readonly unclear: readonly Metric[];
  /** Cases that lost most, each once, by the share of its symptom's loss. */
  readonly worst: readonly (Weighed & { readonly metric: Metric })[];
};

const HOW_BAD: readonly How[] = ["broken", "floor", "proven", "seen"];
export const WORST = 10;

/** Maps every metric that failed or got worse to a cause, by what the traces of its cases show. Equal inputs give equal results. */
export function triage({ now, before, comparison, floors, auditApplies }: TriageSubject): Triage {
  const comparable = comparison?.comparable === true ? comparison : null;
  const pairs = pairsOf(now, comparable === null ? null : before);
  const found = [
    ...ruleSymptoms(pairs, auditApplies),
    ...workingSymptoms(pairs),
    ...answerSymptoms(pairs, comparable, floors),
    ...latencySymptoms(pairs, comparable, floors),
  ];
  const symptoms = found
    .map((symptom): TriagedSymptom => ({ ...symptom, cases: byWeight(symptom.cases), ...weigh(symptom.cases) }))
    .sort((a, b) => HOW_BAD.indexOf(a.how) - HOW_BAD.indexOf(b.how));
  return {
    symptoms,
    causes: causesOf(symptoms),
    unclear: symptoms.filter(({ sure }) => sure === "unclear").map(({ metric }) => metric),
    worst: worstOf(symptoms),
  };
}

/** Every case of the run; with the baseline's where that asked the same question for the same answer. */
function pairsOf({ run, traces }: TracedRun, before: TracedRun | null): CasePairSeen[] {
  const old = new Map((before?.run.cases ?? []).map((each) => [each.gold.id, each]));
  const [a, b] = [run.record.plan.pair, before?.run.record.plan.pair ?? null];
  const samePair = b !== null && a.run === b.run && a.config === b.config;
  return run.cases
    .map((of): CasePairSeen => {
      const { id } = of.gold;
      const was = old.get(id);
      const same = was !== undefined && was.gold.question === of.gold.question && was.gold.answer === of.gold.answer;
      return {
        id,
        now: { of, trace: traces.get(id) ?? null },
        before: same ? { of: was, trace: before?.traces.get(id) ?? null } : null,
        samePair,
      };
    })
    .sort((x, y) => (x.id < y.id ? -1 : 1));
}

function causesOf(symptoms: readonly TriagedSymptom[]): TriagedCause[] {
  return CAUSES.flatMap((cause): (TriagedCause & { readonly at: number })[] => {
    const of = symptoms
      .filter((each) => each.cause === cause && each.sure !== "unclear")
      .sort((x, y) => rank(x.sure) - rank(y.sure));
    const [first] = of;
    if (first === undefined || first.sure === "unclear") return [];
    const cases = new Map(
      of.flatMap((each) => each.cases).flatMap((each) => (each.cause === cause ? [[each.id, each.sign]] : [])),
    );
    const signs = [
      ...Map.groupBy(
        [...cases.values()].flatMap((sign) => sign ?? []),
        (sign) => sign,
      ),
    ]
      .map(([sign, all]) => ({ sign, cases: all.length }))
      .sort((x, y) => y.cases - x.cases || (x.sign < y.sign ? -1 : 1));
    const explains = Math.max(...of.map(({ shares }) => shares.find((each) => each.cause === cause)?.share ?? 0));
    return [
      { cause, sure: first.sure, metrics: of.map(({ metric }) => metric), signs, cases: cases.size, at: explains },
    ];
  })
    .sort((a, b) => rank(a.sure) - rank(b.sure) || b.metrics.length - a.metrics.length || b.at - a.at)
    .map(({ at: _, ...cause }) => cause);
}

const rank = (sure: Sureness): number => ["sure", "likely", "unclear"].indexOf(sure);

const isOther = (metric: Metric): boolean => OTHER_METRICS.some((other) => other === metric);

/** A case stands there once, by the symptom in which it weighs most. Answers go before what only took long or broke a rule. */
function worstOf(symptoms: readonly TriagedSymptom[]): Triage["worst"] {
  const all = symptoms.flatMap(({ metric, cases }) => {
    const heaviest = Math.max(0, ...cases.map(({ weight }) => weight));
    return cases.map((each) => ({ ...each, metric, weight: heaviest === 0 ? 0 : each.weight / heaviest }));
  });
  const sorted = all.sort(
    (a, b) =>
      Number(isOther(a.metric)) - Number(isOther(b.metric)) ||
      b.weight - a.weight ||
      (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
  );
  const first = new Map<string, (typeof sorted)[number]>();
  for (const each of sorted) if (!first.has(each.id)) first.set(each.id, each);
  return [...first.values()].slice(0, WORST);
}

const byWeight = (cases: readonly Weighed[]): Weighed[] =>
  [...cases].sort((a, b) => b.weight - a.weight || (a.id < b.id ? -1 : 1));
