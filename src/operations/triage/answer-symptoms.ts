import type { Comparison, Difference } from "#src/evaluation/compare/compare-runs";
import { caseValue } from "#src/evaluation/compare/evaluated-run";
import type { JudgedFloor, JudgedFloors } from "#src/evaluation/compare/judge-floors";
import { gain, LOWER_IS_BETTER, type Measure } from "#src/evaluation/compare/measures";
import { valuePairs } from "#src/evaluation/compare/pair-cases";
import { CONFIDENCE } from "#src/evaluation/compare/paired-difference";
import { studentT } from "#src/evaluation/compare/student-t";
import type { Floors } from "#src/evaluation/oracle/quality-floors";
import { explainAnswer } from "#src/operations/triage/explain-answer";
import { type CasePairSeen, measured } from "#src/operations/triage/seen-case";
import type { Symptom } from "#src/operations/triage/symptom";

type Comparable = Extract<Comparison, { comparable: true }>;

/** Of a measure that quality_gates.yaml names no tolerance for. */
export const TOLERANCE = 0.03;

const FLOOR_MEASURES: Readonly<Record<keyof Floors, Measure | null>> = {
  precision_min: "precision",
  recall_min: "recall",
  f1_min: "f1",
  latency_max: null,
  faithfulness_min: "faithfulness",
  oracle_retrieval_hit_min: "oracle_retrieval_hit_prefilter",
  reader_used_gold_min: "reader_used_gold",
};

/** Measures of answers that fail a floor or lost against the baseline, in the order of the measures. */
export function answerSymptoms(
  pairs: readonly CasePairSeen[],
  comparison: Comparable | null,
  floors: JudgedFloors,
): Symptom[] {
  const missed = floors.findings.filter(({ verdict, floor }) => verdict === "fail" && FLOOR_MEASURES[floor] !== null);
  const lost = (comparison?.differences ?? []).flatMap((each) => {
    const how = howLost(each, comparison);
    return how === null ? [] : [{ each, how }];
  });
  const measures = new Set<Measure>([
    ...missed.flatMap(({ floor }) => FLOOR_MEASURES[floor] ?? []),
    ...lost.map(({ each }) => each.measure),
  ]);
  return [...measures].map((measure): Symptom => {
    const floor = missed.find((each) => FLOOR_MEASURES[each.floor] === measure) ?? null;
    const worse = lost.find(({ each }) => each.measure === measure) ?? null;
    return worse === null ? missedOnly(pairs, measure, floor) : lostAgainst(pairs, worse, floor);
  });
}

/** Null: not worse, or by no more than is tolerated. */
export function howLost(found: Difference, comparison: Comparable | null): "proven" | "seen" | null {
  const { measure, difference, standing } = found;
  if (comparison === null || difference === null || gain(measure, 0, difference) >= 0) return null;
  if (standing === null ? isJointlyWorse(found, comparison) : standing === "breach") return "proven";
  const tolerance = comparison.margins.measures[measure]?.tolerance ?? TOLERANCE;
  return gain(measure, 0, difference) < -tolerance ? "seen" : null;
}

/**
 * Whether a measure without margins got worse, where several are looked at: its interval widened to the confidence 1 − 0.05 / k for k such
 * measures (Bonferroni), so that all of them together err once in twenty times.
 */
function isJointlyWorse({ measure, interval, n, difference }: Difference, { differences }: Comparable): boolean {
  if (interval === null || difference === null) return false;
  const looks = differences.filter(({ standing }) => standing === null).length;
  const degrees = n + 1;
  const wider = studentT(degrees, 1 - (1 - CONFIDENCE) / Math.max(1, looks)) / studentT(degrees, CONFIDENCE);
  const middle = (interval.low + interval.high) / 2;
  const half = ((interval.high - interval.low) / 2) * wider;
  const best = Math.max(gain(measure, 0, middle - half), gain(measure, 0, middle + half));
  return best < 0;
}

function lostAgainst(
  pairs: readonly CasePairSeen[],
  { each, how }: { readonly each: Difference; readonly how: "proven" | "seen" },
  floor: JudgedFloor | null,
): Symptom {
  const { measure, candidate, baseline, n } = each;
  const both = pairs.flatMap(({ id, now, before }) =>
    before === null ? [] : [{ id, baseline: before.of, candidate: now.of }],
  );
  const byId = new Map(pairs.map((pair) => [pair.id, pair]));
  const cases = valuePairs(both, measure).flatMap(({ id, baseline: was, candidate: is }) => {
    const [pair, loss] = [byId.get(id), -gain(measure, was, is)];
    return pair === undefined || loss <= 0 ? [] : [{ ...explainAnswer(pair, { measure, loss }), weight: loss }];
  });
  const worst = floor === null ? how : "floor";
  return {
    metric: measure,
    how: worst,
    unit: "share",
    value: candidate,
    baseline,
    bar: floor?.limit ?? null,
    n,
    cases,
  };
}

/** Below the floor, and not worse than the baseline, or without one: what each case lacks of a perfect score is its weight. */
function missedOnly(pairs: readonly CasePairSeen[], measure: Measure, floor: JudgedFloor | null): Symptom {
  const cases = pairs.flatMap(({ id, now, samePair }) => {
    const value = now.of.gold.answerable ? caseValue(now.of, measure) : null;
    if (value === null) return [];
    const loss = LOWER_IS_BETTER.has(measure) ? value : 1 - value;
    const alone: CasePairSeen = { id, now, before: null, samePair };
    return loss <= 0 ? [] : [{ ...explainAnswer(alone, { measure, loss }), weight: loss }];
  });
  const before = pairs.flatMap(({ before }) => measured(before, measure) ?? []);
  return {
    metric: measure,
    how: "floor",
    unit: "share",
    value: floor?.value ?? null,
    baseline: before.length === 0 ? null : before.reduce((sum, value) => sum + value, 0) / before.length,
    bar: floor?.limit ?? null,
    n: floor?.n ?? cases.length,
    cases,
  };
}
