import { caseValue, type EvaluatedCase, type EvaluatedRun, whyUnscored } from "#src/evaluation/compare/evaluated-run";
import { gain, type Measure, meanOf } from "#src/evaluation/compare/measures";
import { pairCases, valuePairs } from "#src/evaluation/compare/pair-cases";
import { pairedDifference } from "#src/evaluation/compare/paired-difference";
import type { SmokeCase, SmokeCheck } from "#src/operations/smoke/suites";

/** By what a night's answers are compared: what they say, what they rest on, and whether they refuse what they must. */
const MEASURES: readonly Measure[] = ["f1", "faithfulness", "correct_refusal"];
const CALLED: { readonly [measure in Measure]?: string } = {
  f1: "F1",
  faithfulness: "faithfulness",
  correct_refusal: "correct refusal",
};

/** A question has lost when a measure of its answer fell by more than this. */
export const CASE_BAR = 0.5;
/** So large a share of the questions may have lost: one model answer in twenty differs from itself. */
export const LOST_BAR = 0.05;
/** The mean over the questions may fall by so much. */
export const MEAN_BAR = 0.05;

type Judged = Omit<SmokeCheck, "milliseconds">;

/** Every question has an answer, and every answer a grade. `ungraded` says nothing of the service, and so nothing is proven. */
export function judgeComplete({ record, cases }: EvaluatedRun): Judged {
  const of = cases.length;
  const lost = cases.flatMap((each): SmokeCase[] => {
    const why = whyUnscored(each);
    if (why === null) return [];
    const reason = each.trials.find(({ reason }) => reason !== null)?.reason?.sentence ?? "";
    return [{ ...named(each), says: `${SAYS[why]}${reason === "" ? "" : `: ${reason}`}`, before: null, now: null }];
  });
  const failed = cases.filter((each) => whyUnscored(each) === "failed").length;
  const scored = of - lost.length;
  const base = { id: "answered", cases: lost };
  if (of > 0 && lost.length === 0) {
    // A run can end inconclusive with every trial graded: when answers don't show how they were made.
    if (record.state === "finished")
      return { ...base, verdict: "pass", summary: `${scored}/${of} answered and graded.`, next: "" };
    return {
      ...base,
      verdict: "inconclusive",
      summary: `${scored}/${of} answered and graded, but: ${record.reason ?? `the evaluation is ${record.state}`}`,
      next: "Let the service show what docs/rag-service.md describes.",
    };
  }
  const summary = `${scored}/${of} answered and graded: ${failed} got no answer and ${lost.length - failed} no grade.`;
  return {
    ...base,
    verdict: failed > 0 ? "fail" : "inconclusive",
    summary,
    next:
      failed > 0
        ? "See whether the RAG service runs, and what it logged for these questions."
        : "The judge gave no valid labels: that says nothing of the service. See the judge's model and its quota.",
  };
}

/** Means that a template text for everything can't reach, where there is nothing to compare with: 0 to 1. */
export type Floors = { readonly f1: number; readonly faithfulness: number };

/** Against the floors of quality_gates.yaml. A smoke is too small to prove a floor; what lies below one is no accident all the same. */
export function judgeFloors({ cases }: EvaluatedRun, floors: Floors): Judged {
  const means = (["f1", "faithfulness"] as const).map((measure) => {
    const values = cases.flatMap((each) => caseValue(each, measure) ?? []);
    return { measure, mean: meanOf(values), n: values.length, floor: floors[measure] };
  });
  const under = means.filter(({ mean, floor }) => mean !== null && mean < floor);
  const text = means.map(({ measure, mean, floor }) => `${CALLED[measure]} ${score(mean)} (at least ${score(floor)})`);
  const n = Math.min(...means.map(({ n }) => n));
  const summary = `${text.join(", ")} over ${n} answerable questions.`;
  const worst = [...cases]
    .flatMap((each): SmokeCase[] => {
      const now = caseValue(each, "f1");
      return now === null ? [] : [{ ...named(each), says: `F1 ${score(now)}`, before: null, now }];
    })
    .sort((a, b) => (a.now ?? 0) - (b.now ?? 0) || (a.id < b.id ? -1 : 1));
  const base = { id: "floors", cases: under.length > 0 ? worst : [] };
  if (n === 0) {
    const next = "Raise `smoke.questions`, or add answerable questions to the gold file.";
    return { ...base, verdict: "inconclusive", summary: "No answerable question has a score: nothing is known.", next };
  }
  if (under.length === 0) return { ...base, verdict: "pass", summary, next: "" };
  const next = "Read the worst answers below; if they are nonsense, go back: /rollback.";
  return { ...base, verdict: "fail", summary, next };
}

/**
 * The same questions in the last green run and now. A regression is a question whose answer lost more than half a point; more than one
 * in twenty of them fails, and so does a mean that fell beyond its bar where that is proven. Unproven it is inconclusive: too few
 * questions to tell.
 */
export function judgeAgainst(green: EvaluatedRun, now: EvaluatedRun): Judged {
  const { pairs } = pairCases(green, now);
  const lost = lostCases(green, now);
  const share = pairs.length === 0 ? 0 : lost.filter(({ isRegression }) => isRegression).length / pairs.length;
  const means = MEASURES.filter((measure) => measure !== "correct_refusal").map((measure) => ({
    measure,
    ...pairedDifference(valuePairs(pairs, measure)),
  }));
  const fallen = means.filter(({ difference }) => difference !== null && difference < -MEAN_BAR);
  const proven = fallen.filter(({ interval }) => interval !== null && interval.high < 0);
  const regressions = lost.filter(({ isRegression }) => isRegression).length;
  const cases = lost.map(({ isRegression: _, ...each }) => each);
  const text = means.map(
    ({ measure, baseline, candidate }) => `${CALLED[measure]} ${score(candidate)} (was ${score(baseline)})`,
  );
  const summary = `${pairs.length} questions as in the last green run: ${text.join(", ")}; ${regressions} lost more than ${CASE_BAR}.`;
  const base = { id: "as-before", cases };
  if (pairs.length === 0) {
    const next = "Keep the gold file's ids, or wait for the next night.";
    return { ...base, verdict: "inconclusive", summary: "No question is the same as in the last green run.", next };
  }
  if (share > LOST_BAR || proven.length > 0) {
    const next =
      "Compare the answers below with those of the last green run (golive eval status names both); see what changed since.";
    return { ...base, verdict: "fail", summary, next };
  }
  if (fallen.length > 0) {
    const unproven = `${summary} A mean fell by more than ${MEAN_BAR}, and ${pairs.length} questions are too few to prove it.`;
    const next = "Run the whole gold file: golive eval run. Or raise `smoke.questions`.";
    return { ...base, verdict: "inconclusive", summary: unproven, next };
  }
  return { ...base, verdict: "pass", summary, next: "" };
}

/** What fell, most first; each question once, by the measure that lost most. */
function lostCases(green: EvaluatedRun, now: EvaluatedRun) {
  const { pairs } = pairCases(green, now);
  const questions = new Map(now.cases.map(({ gold }) => [gold.id, gold.question]));
  const drops = MEASURES.flatMap((measure) =>
    valuePairs(pairs, measure).map(({ id, baseline, candidate }) => ({
      id,
      measure,
      before: baseline,
      now: candidate,
      loss: -gain(measure, baseline, candidate),
    })),
  )
    .filter(({ loss }) => loss > 0)
    .sort((a, b) => b.loss - a.loss || (a.id < b.id ? -1 : 1));
  const first = new Map<string, (typeof drops)[number]>();
  for (const drop of drops) if (!first.has(drop.id)) first.set(drop.id, drop);
  return [...first.values()].map(({ id, measure, before, now: after, loss }) => ({
    id,
    question: questions.get(id) ?? "",
    says: `${CALLED[measure] ?? measure} ${score(after)}, was ${score(before)}`,
    before,
    now: after,
    isRegression: loss > CASE_BAR,
  }));
}

const SAYS = { failed: "no answer", ungraded: "no grade", unasked: "not asked" } as const;

const named = ({ gold }: EvaluatedCase) => ({ id: gold.id, question: gold.question });

/** As everywhere in Golive: two decimals, without the leading zero. */
export const score = (value: number | null): string =>
  value === null ? "–" : value.toFixed(2).replace(/^(-?)0\./, "$1.");
