import type { MeasuredRun } from "#src/cli/measure-run";
import { wrap } from "#src/cli/wrap";
import type { JudgedFloor, JudgedFloors } from "#src/evaluation/compare/judge-floors";
import type { RetrievalFigures } from "#src/evaluation/compare/retrieval-figures";
import { TAG_MEASURES, type TagMeans, type TagMeasure } from "#src/evaluation/compare/tag-means";
import { type Latency, secondsOrUnanswered } from "#src/evaluation/oracle/latency";
import { FEWEST_CASES } from "#src/evaluation/oracle/quality-floors";
import { type Repeatability, SPREAD_OF, type Spreads } from "#src/evaluation/run/repeatability";
import type { TraceFigures } from "#src/evaluation/run/trace-figures";

/** Names that a line of a terminal has room for. */
const MOST_IDS = 5;
const COLUMNS: Readonly<Record<TagMeasure, string>> = {
  precision: "prec.",
  recall: "recall",
  f1: "f1",
  faithfulness: "faith.",
  oracle_retrieval_hit_prefilter: "found",
  reader_used_gold: "used",
  correct_refusal: "refused",
};

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** Whether the floors hold, or why the run is not held to them. */
export function floorLines({ floors, retrieval }: Pick<MeasuredRun, "floors" | "retrieval">): string[] {
  if (floors === null) {
    return wrap(
      "",
      `Quality floors: not held to them, with ${retrieval.answerable} answerable cases; at least ${FEWEST_CASES} are needed.`,
      2,
    );
  }
  const open = floors.findings.filter(({ verdict }) => verdict !== "pass");
  const said = open.length === 0 ? `all ${floors.findings.length} are met` : open.map(floorText).join("; ");
  return wrap("", `Quality floors: ${floors.verdict} over ${floors.cases} cases: ${said}.`, 2);
}

function floorText({ floor, verdict, value, limit, n, why }: JudgedFloor): string {
  if (verdict === "inconclusive") return `${floor} is open (${(why ?? "it was not measured").replace(/\.$/, "")})`;
  const shown = value === null || value === Number.POSITIVE_INFINITY ? "unanswered" : value.toFixed(3);
  return `${floor} ${limit} is missed by ${shown} over ${n}`;
}

export const floorsJson = (floors: JudgedFloors | null): object | null =>
  floors === null
    ? null
    : {
        verdict: floors.verdict,
        findings: floors.findings.map((each) => ({ ...each, value: secondsOrUnanswered(each.value) })),
      };

export function retrievalText({ answerable, labelled, unlabelledIds, answered, ...found }: RetrievalFigures): string {
  const { prefilter, postfilter, why } = found;
  if (prefilter === null || labelled === null) return `gold evidence retrieved: not known. ${why ?? ""}`.trimEnd();
  const missing = unlabelledIds.length === 0 ? "" : ` (${idsText(unlabelledIds)})`;
  return (
    `gold evidence retrieved in ${percent(prefilter)} of ${answered} labelled cases before filtering, ${percent(postfilter ?? 0)} after; ` +
    `the evidence of ${answerable - labelled} of ${answerable} is in no document${missing}${why === null ? "" : `: inconclusive`}`
  );
}

const idsText = (ids: readonly string[]): string =>
  `${ids.slice(0, MOST_IDS).join(", ")}${ids.length > MOST_IDS ? ` and ${ids.length - MOST_IDS} more` : ""}`;

export function latencyText({ p50, p95, p99, requests, failedShare }: Latency): string {
  const seconds = (value: number | null) => {
    const said = secondsOrUnanswered(value);
    return typeof said === "number" ? `${said.toFixed(2)} s` : (said ?? "–");
  };
  return (
    `latency p50 ${seconds(p50)}, p95 ${seconds(p95)}, p99 ${seconds(p99)} over ${requests} requests; ` +
    `${percent(failedShare ?? 0)} failed, each of them endless`
  );
}

export function repeatTexts(repeatability: Repeatability | null): string[] {
  if (repeatability === null) return [];
  const { cases, identical, spreads, judge } = repeatability;
  return [
    `repeated ${cases} cases: ${percent(identical)} answered the same each time` +
      `${spreads === null ? "" : `; answers and judge spread over ${spreadText(spreads)}`}`,
    judge === null
      ? "the judge's own spread is not known: no answer was judged twice"
      : `the judge alone: ${percent(judge.same)} of ${judge.answers} answers judged again got the same grade; spread over ${spreadText(judge.spreads)}`,
  ];
}

const spreadText = (spreads: Spreads): string =>
  SPREAD_OF.map((metric) => `${metric} ${percent(spreads[metric].mean)}`).join(", ");

export const repeatabilityJson = (found: Repeatability | null): object | null =>
  found === null
    ? null
    : {
        cases: found.cases,
        identical: found.identical,
        f1_spread: found.spreads?.f1.mean ?? null,
        spreads: found.spreads,
        judge: found.judge,
      };

/** What the traces show of data and tools, a verdict a line. */
export function traceLines(traces: TraceFigures | null): string[] {
  if (traces === null) return [];
  const { quality, tools, madeWith } = traces;
  const findings = [quality.budgetViolations, quality.prefixLeakage, quality.dedupRate, quality.breadth, tools];
  const { fewShotIds, models, notShown } = madeWith;
  const shots = fewShotIds.length === 0 ? "no few-shot examples" : `few-shots ${idsText(fewShotIds)}`;
  const hidden = notShown === 0 ? "" : `; ${notShown} answers don't show theirs`;
  return [
    "",
    "Data and tools",
    ...findings.flatMap(({ verdict, sentence }) => wrap(`  ${verdict.padEnd(13)}`, sentence)),
    ...wrap("  ", `made with ${shots}${hidden}; ${models.length === 0 ? "the model is not shown" : models.join(", ")}`),
  ];
}

export const tracesJson = (traces: TraceFigures | null): object | null =>
  traces === null
    ? null
    : {
        budget_violations: traces.quality.budgetViolations,
        prefix_leakage: traces.quality.prefixLeakage,
        dedup_rate: traces.quality.dedupRate,
        breadth: traces.quality.breadth,
        tool_governance: traces.tools,
        made_with: {
          few_shot_ids: traces.madeWith.fewShotIds,
          models: traces.madeWith.models,
          config_hashes: traces.madeWith.configHashes,
          not_shown: traces.madeWith.notShown,
        },
      };

/** A row for each tag, in per cent; nothing where no case has a tag. */
export function tagLines(tags: readonly TagMeans[]): string[] {
  if (tags.length < 2) return [];
  const cell = (share: number | null) => (share === null ? "–" : (100 * share).toFixed(1)).padStart(8);
  const width = Math.min(24, Math.max(...tags.map(({ tag }) => tag.length), 3));
  return [
    "",
    `${"tag".padEnd(width)} cases${TAG_MEASURES.map((measure) => COLUMNS[measure].padStart(8)).join("")}   in %`,
    ...tags.map(({ tag, cases, means }) => {
      const shown = tag.length > width ? `${tag.slice(0, width - 1)}…` : tag.padEnd(width);
      return `${shown} ${String(cases).padStart(5)}${TAG_MEASURES.map((measure) => cell(means[measure])).join("")}`;
    }),
  ];
}
