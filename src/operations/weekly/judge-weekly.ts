import { MEASURES } from "#src/evaluation/compare/measures";
import { leastProvable } from "#src/evaluation/compare/paired-difference";
import { FEWEST_CASES } from "#src/evaluation/oracle/quality-floors";
import { SLOWER_SECONDS } from "#src/operations/triage/service-symptoms";
import type { Metric } from "#src/operations/triage/symptom";
import type { Triage, TriagedSymptom } from "#src/operations/triage/triage";
import type { WeeklyMaterial } from "#src/operations/weekly/material";
import { causeName, metricName, SURENESS, symptomWords, toFigure, upperFirst } from "#src/operations/weekly/words";
import type { Verdict } from "#src/release/events";

export type Judged = {
  readonly verdict: Verdict;
  readonly summary: string;
  readonly why: readonly string[];
  readonly bars: readonly string[];
};

/**
 * These ask people and fail nothing: two evaluations of different hours are no control of the latency for each other; what has no score is no
 * bad score; and another number of candidates may be meant.
 */
const ASKS: ReadonlySet<Metric> = new Set<Metric>(["p95_latency", "without_score", "snapshot_breadth"]);
/** Says of single measures what it can't say of others. */
const OF_A_MEASURE = "too-few-pairs";

/**
 * `fail`: a floor or a rule is broken, or a measure is proven worse than its baseline. `inconclusive`: that can't be told, or people have to
 * look. `pass`: neither; which proves no equality, and the bars say what it can't show.
 */
export function judgeWeekly(material: WeeklyMaterial, found: Triage): Judged {
  const { comparison } = material;
  const caveats = comparison?.comparable === true ? comparison.caveats : [];
  // A comparison that can't be relied on proves nothing, whatever its numbers are.
  const blocked = caveats.some(({ kind }) => kind !== OF_A_MEASURE);
  const failing = found.symptoms.filter(({ how, metric }) => {
    if (how === "floor") return true;
    return !ASKS.has(metric) && (how === "broken" || (how === "proven" && !blocked));
  });
  const open = [...openQuestions(material), ...asking(found.symptoms, failing)];
  const verdict = failing.length > 0 ? "fail" : open.length > 0 ? "inconclusive" : "pass";
  const why = [...failing.map(saysOf), ...open];
  return { verdict, why, bars: barsOf(material), summary: summaryOf(verdict, material, found, why) };
}

const saysOf = (symptom: TriagedSymptom): string =>
  `${upperFirst(symptomWords({ ...symptom, value: toFigure(symptom.value), baseline: toFigure(symptom.baseline) }))}.`;

const asking = (symptoms: readonly TriagedSymptom[], failing: readonly TriagedSymptom[]): string[] =>
  symptoms.filter((each) => ASKS.has(each.metric) && !failing.includes(each)).map(saysOf);

/** What keeps it from a pass, whatever the numbers are. */
function openQuestions({ now, before, comparison, floors, unread }: WeeklyMaterial): string[] {
  const { state, reason } = now.run.record;
  if (state !== "finished") {
    return [`The evaluation is ${state}${reason === null ? "" : `: ${reason.replace(/\.$/, "")}`}.`];
  }
  const notCompared =
    before === null || comparison === null
      ? [
          "There is nothing to compare with: no baseline is set (golive eval baseline set), and what is live was never evaluated before.",
        ]
      : comparison.comparable
        ? comparison.caveats.map(({ sentence }) => sentence)
        : [comparison.why.sentence];
  const floorsOpen = floors.findings.flatMap(({ verdict, why }) =>
    verdict === "inconclusive" && why !== null ? [why] : [],
  );
  const unseen = unread === null ? [] : [`The retrieval can't be judged: ${unread}`];
  return [...new Set([...notCompared, ...floorsOpen, ...unseen])];
}

function summaryOf(verdict: Verdict, { now, before }: WeeklyMaterial, found: Triage, why: readonly string[]): string {
  const cases = now.run.cases.length;
  if (verdict === "pass") {
    const against = before === null ? "" : ` than ${before.run.record.id}`;
    const seen = found.symptoms.filter(({ how }) => how === "seen").map(({ metric }) => metricName(metric));
    const lost = seen.length === 0 ? "" : ` Worse than is tolerated, and not proven: ${seen.join(", ")}.`;
    return `${cases} questions: every floor holds, and nothing is proven worse${against}.${lost}`;
  }
  const [first = "", ...rest] = why;
  const more = rest.length === 0 ? "" : ` And ${rest.length} more.`;
  const [cause] = found.causes;
  const because =
    cause !== undefined
      ? ` Cause: ${causeName(cause.cause)} (${SURENESS[cause.sure]}).`
      : verdict === "fail"
        ? " The cause is not clear."
        : "";
  return `${first}${more}${because}`;
}

/** What it was held to, and what so many questions can't show. */
function barsOf({ now, comparison, floors }: WeeklyMaterial): string[] {
  const limits = floors.findings.map(({ floor, limit }) => `${floor} ${limit}`).join(", ");
  const bars = [`Floors, from ${FEWEST_CASES} answerable questions on: ${limits}.`];
  if (comparison?.comparable !== true) return bars;
  const { measures } = comparison.margins;
  const held = MEASURES.flatMap((measure) => {
    const margin = measures[measure];
    return margin === undefined ? [] : [`${metricName(measure)} ${points(margin.threshold)}`];
  });
  const pairs = Math.max(0, ...comparison.differences.map(({ n }) => n));
  const answerable = now.run.cases.filter(({ gold }) => gold.answerable).length;
  return [
    ...bars,
    `Worse than the baseline: the 95 % interval of the paired difference lies beyond ${held.join(", ")}; of the other measures beyond 0, with 95 % for all of them together.`,
    `p95 latency asks from ${SLOWER_SECONDS} s and the threshold × ${comparison.margins.latency.threshold} on; only its ceiling fails.`,
    `${pairs} pairs of ${answerable} answerable questions can't show losses below about ${points(leastProvable(pairs))}.`,
  ];
}

const points = (share: number): string => `${(100 * share).toFixed(1)} points`;
