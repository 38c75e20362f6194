import {
  floorLines,
  floorsJson,
  latencyText,
  percent,
  repeatabilityJson,
  repeatTexts,
  retrievalText,
  tagLines,
  traceLines,
  tracesJson,
} from "#src/cli/eval-tables";
import { EXIT } from "#src/cli/io";
import { exitOf, type MeasuredRun } from "#src/cli/measure-run";
import { metricLines } from "#src/cli/score-table";
import { timeSpan } from "#src/cli/time-span";
import { wrap } from "#src/cli/wrap";
import { groupMetrics } from "#src/evaluation/metrics/aggregate";
import { secondsOrUnanswered } from "#src/evaluation/oracle/latency";
import { ASSUMED, type Estimate } from "#src/evaluation/run/estimate-run";
import type { RunRecord } from "#src/evaluation/run/run-record";
import type { RunSummary } from "#src/evaluation/run/summarize-run";
import { runHeader } from "#src/evaluation/run/write-results";

/** Cases without a score that are named on a terminal; `--json` and `--out` have all. */
const MOST_NAMED = 10;

/** What a run will take, before anything is paid for. */
export function estimateText({ trials, answerCalls, judgeCalls, seconds, dollars }: Estimate): string {
  const cost = dollars === null ? "no price of the judge is configured" : `about $${dollars.toFixed(2)} for the judge`;
  return (
    `${trials} trials: ${answerCalls} calls for answers and about ${judgeCalls} to the judge, about ${timeSpan(seconds)} when nobody else ` +
    `asks; ${cost} (assuming ${ASSUMED.claims} claims an answer and ${ASSUMED.chunks} chunks a context)`
  );
}

/** One line for a run: which, of what, where it stands. */
export function runLine(run: RunRecord, held: boolean): string {
  const { id, plan, counts, startedAt } = run;
  const done = counts.graded + counts.refusals + counts.ungraded + counts.failed;
  const state = run.state === "running" && !held ? "stopped" : run.state;
  const started = new Date(startedAt).toISOString().replace("T", " ").slice(0, 16);
  return `${id}  ${started}  ${state.padEnd(12)} ${String(done).padStart(4)} of ${counts.planned}  ${plan.pair.run} with ${plan.pair.config}`;
}

/** A run for a terminal of 100 columns. Ends with a line break. */
export function runText(measured: MeasuredRun, held: boolean): string {
  const { run, summary, tags } = measured;
  const { plan, counts } = run;
  const { epoch } = plan;
  const asked = plan.sample === null ? `all ${plan.gold.cases}` : `${plan.caseIds.length} of ${plan.gold.cases}`;
  const repeats = plan.repeat === 1 ? "" : ` · ${plan.repeated.length} of them ${plan.repeat} times`;
  const lines = [
    ...wrap("", `${plan.service}: evaluation ${run.id} of ${plan.pair.run} with ${plan.pair.config}`),
    ...wrap(
      "",
      `${asked} cases of ${plan.gold.file}${repeats} · judge ${epoch.judge.asked}, ${epoch.checking} checking`,
    ),
    ...wrap("", `evaluator epoch ${epoch.id.slice(0, 12)} · ${standing(run, held)}`),
    "",
    ...(summary.means.length === 0
      ? ["No metrics: nothing is graded."]
      : metricLines({ means: summary.means, results: summary.graded })),
    "",
    `graded ${counts.graded} · negatives ${counts.refusals} · ungraded ${counts.ungraded} · failed ${counts.failed} · planned ${counts.planned}`,
    `the judge took ${summary.spent.requests} requests, wrong answers and tries anew included`,
    ...factLines(measured).flatMap((line) => wrap("", line, 2)),
    ...traceLines(summary.traces),
    ...tagLines(tags),
    ...unscoredLines(summary),
    "",
    ...floorLines(measured),
    ...(run.reason === null ? [] : ["", ...wrap("", `${capital(run.state)}: ${run.reason}`)]),
  ];
  return `${lines.join("\n")}\n`;
}

function standing({ state, id }: RunRecord, held: boolean): string {
  if (state !== "running") return state;
  return held ? "running" : `stopped; the same command goes on with it, \`golive eval cancel ${id}\` ends it`;
}

function factLines({ summary, retrieval }: MeasuredRun): string[] {
  const { abstentionRate, refusals, latency, readerUsedGold, repeatability } = summary;
  const { share, graded, citationPrecision } = readerUsedGold;
  return [
    ...(abstentionRate === null
      ? []
      : [`abstention rate ${percent(abstentionRate)} of the graded answers make no claim`]),
    ...(retrieval.answerable === 0 ? [] : [retrievalText(retrieval)]),
    ...(share === null
      ? []
      : [
          `reader used gold in ${percent(share)} of ${graded}` +
            `${citationPrecision === null ? "" : `; ${percent(citationPrecision)} of the citations hold`}`,
        ]),
    ...(refusals.correct === null
      ? []
      : [`correct refusals ${percent(refusals.correct)} of ${refusals.answered} answered negatives`]),
    ...(latency.requests === 0 ? [] : [latencyText(latency)]),
    ...repeatTexts(repeatability),
  ];
}

function unscoredLines({ unscored }: RunSummary): string[] {
  if (unscored.length === 0) return [];
  const more = unscored.length - MOST_NAMED;
  return [
    "",
    "Without a score",
    ...unscored
      .slice(0, MOST_NAMED)
      .flatMap(({ caseId, reason }) => wrap("  - ", `${caseId}: ${reason.sentence} (${reason.code})`)),
    ...(more > 0 ? [`  - and ${more} more`] : []),
  ];
}

/** The one JSON document about a run. Shares 0 to 1, unrounded; `metrics` as RAGChecker writes them. */
export function runJson(measured: MeasuredRun, held: boolean): object {
  const { run, summary, retrieval, tags, floors } = measured;
  const { means, answerable, graded, abstentionRate, refusals, latency, unscored, repeatability } = summary;
  const { readerUsedGold, spent, traces } = summary;
  return {
    ok: exitOf(measured) === EXIT.pass,
    run: { ...runHeader(run), worked_on: held },
    metrics: groupMetrics(means),
    summary: {
      answerable,
      graded,
      abstention_rate: abstentionRate,
      refusals: { correct: refusals.correct, answered: refusals.answered, made_up: refusals.madeUpIds },
      latency_seconds: {
        p50: secondsOrUnanswered(latency.p50),
        p95: secondsOrUnanswered(latency.p95),
        p99: secondsOrUnanswered(latency.p99),
        requests: latency.requests,
        failed_share: latency.failedShare,
      },
      retrieval: {
        answerable: retrieval.answerable,
        labelled: retrieval.labelled,
        unlabelled: retrieval.unlabelledIds,
        answered: retrieval.answered,
        prefilter: retrieval.prefilter,
        postfilter: retrieval.postfilter,
        why_inconclusive: retrieval.why,
      },
      reader_used_gold: {
        share: readerUsedGold.share,
        graded: readerUsedGold.graded,
        citation_precision: readerUsedGold.citationPrecision,
      },
      repeatability: repeatabilityJson(repeatability),
      data_and_tools: tracesJson(traces),
      spent: { requests: spent.requests, input_tokens: spent.inputTokens, output_tokens: spent.outputTokens },
      unscored: unscored.map(({ caseId, reason }) => ({ case_id: caseId, ...reason })),
      means: Object.fromEntries(means.map(({ metric, mean, results }) => [metric, { mean, results }])),
    },
    tags: tags.map(({ tag, cases, means: of }) => ({ tag, cases, ...of })),
    floors: floorsJson(floors),
  };
}

const capital = (word: string): string => `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
