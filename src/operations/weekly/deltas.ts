import type { Difference } from "#src/evaluation/compare/compare-runs";
import { meanOfRun, requestsOf } from "#src/evaluation/compare/evaluated-run";
import { gain, MEASURES, type Measure } from "#src/evaluation/compare/measures";
import { tagMeans } from "#src/evaluation/compare/tag-means";
import { latencyOf } from "#src/evaluation/oracle/latency";
import { howLost } from "#src/operations/triage/answer-symptoms";
import type { Metric } from "#src/operations/triage/symptom";
import type { TriagedSymptom } from "#src/operations/triage/triage";
import type { WeeklyMaterial } from "#src/operations/weekly/material";
import type { Delta, DeltaStanding, LossByCause, TagDelta } from "#src/operations/weekly/result";
import { toFigure } from "#src/operations/weekly/words";

type Comparable = Extract<NonNullable<WeeklyMaterial["comparison"]>, { comparable: true }>;

/** Rows of tags that are kept. */
const MOST_TAGS = 40;

const comparableOf = ({ comparison }: WeeklyMaterial): Comparable | null =>
  comparison?.comparable === true ? comparison : null;

/** Every measure that was taken, and the p95: what it lost or won against the baseline, over the cases of both. */
export function deltasOf(material: WeeklyMaterial): Delta[] {
  const { now, floors } = material;
  const comparison = comparableOf(material);
  const floorOf = (name: string) => floors.findings.find(({ floor }) => floor === name) ?? null;
  const measures = MEASURES.flatMap((measure): Delta[] => {
    const found = comparison?.differences.find((each) => each.measure === measure) ?? null;
    const alone = meanOfRun(now.run, measure);
    if (found === null && alone.mean === null) return [];
    const floor = floorOf(FLOORS[measure] ?? "");
    return [
      {
        metric: measure,
        unit: "share",
        now: toFigure(found?.candidate ?? alone.mean),
        before: toFigure(found?.baseline ?? null),
        low: found?.interval?.low ?? null,
        high: found?.interval?.high ?? null,
        n: found?.n ?? alone.n,
        standing: found === null ? "new" : standingOf(found, comparison),
        floor: floor?.limit ?? null,
        belowFloor: floor?.verdict === "fail",
      },
    ];
  });
  return [...measures, latencyDelta(material, comparison)];
}

const FLOORS: Partial<Readonly<Record<Measure, string>>> = {
  precision: "precision_min",
  recall: "recall_min",
  f1: "f1_min",
  faithfulness: "faithfulness_min",
  oracle_retrieval_hit_prefilter: "oracle_retrieval_hit_min",
  reader_used_gold: "reader_used_gold_min",
};

function standingOf(found: Difference, comparison: Comparable | null): DeltaStanding {
  const lost = howLost(found, comparison);
  if (lost !== null) return lost === "proven" ? "worse" : "lost";
  return found.shift === "better" ? "better" : "alike";
}

/** Its interval is of no difference of seconds: a percentile has none. */
function latencyDelta({ now, floors }: WeeklyMaterial, comparison: Comparable | null): Delta {
  const latency = comparison?.latency ?? null;
  const alone = latencyOf(requestsOf(now.run));
  const ceiling = floors.findings.find(({ floor }) => floor === "latency_max") ?? null;
  const standing =
    latency === null || latency.n === 0
      ? "new"
      : latency.standing === "breach"
        ? "worse"
        : latency.standing === "watching"
          ? "lost"
          : "alike";
  return {
    metric: "p95_latency",
    unit: "seconds",
    now: toFigure(latency?.candidate ?? alone.p95),
    before: toFigure(latency?.baseline ?? null),
    low: null,
    high: null,
    n: latency?.n ?? alone.requests,
    standing,
    floor: ceiling?.limit ?? null,
    belowFloor: ceiling?.verdict === "fail",
  };
}

/** By tag: what lost most first; without a baseline in the order of the tags, by F1. */
export function tagDeltas(material: WeeklyMaterial): TagDelta[] {
  const comparison = comparableOf(material);
  if (comparison === null) {
    return tagMeans(material.now.run)
      .map(({ tag, cases, means }): TagDelta => {
        const metric = means.f1 === null ? "correct_refusal" : "f1";
        return { tag, cases, metric, now: toFigure(means[metric]), before: null, standing: "new" };
      })
      .slice(0, MOST_TAGS);
  }
  return comparison.byTag
    .flatMap(({ tag, cases, differences }) =>
      differences.map((found) => ({
        tag,
        cases,
        metric: found.measure,
        now: toFigure(found.candidate),
        before: toFigure(found.baseline),
        standing: standingOf(found, comparison),
        gained: gain(found.measure, found.baseline ?? 0, found.candidate ?? 0),
      })),
    )
    .sort((a, b) => a.gained - b.gained || (a.tag < b.tag ? -1 : a.tag > b.tag ? 1 : 0))
    .slice(0, MOST_TAGS)
    .map(({ gained: _, ...row }) => row);
}

/** What each symptom of answers lost by cause, in shares of 1 over all its cases: what the causes lost less what others won is its difference. */
export function lossByCause(symptoms: readonly TriagedSymptom[]): LossByCause[] {
  return symptoms
    .filter(({ unit, how, n }) => unit === "share" && (how === "proven" || how === "seen" || how === "floor") && n > 0)
    .map(({ metric, n, cases, shares }) => {
      const total = cases.reduce((sum, { weight }) => sum + weight, 0) / n;
      return {
        metric,
        lost: shares.map(({ cause, share, cases: of }) => ({ cause, share: share * total, cases: of })),
      };
    });
}

/** Rows for a message, most telling first. */
export const HEADLINE_METRICS: readonly Metric[] = [
  "f1",
  "precision",
  "recall",
  "faithfulness",
  "oracle_retrieval_hit_prefilter",
  "reader_used_gold",
  "correct_refusal",
  "p95_latency",
];
