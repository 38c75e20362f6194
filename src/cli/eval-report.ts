import { EXIT, type ExitCode } from "#src/cli/io";
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

/** How a run as it stands ends a command. Only one that came to its end is a pass. */
export const exitOf = ({ state }: RunRecord): ExitCode => (state === "finished" ? EXIT.pass : EXIT.inconclusive);

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
export function runText(run: RunRecord, summary: RunSummary, held: boolean): string {
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
    ...factLines(summary).flatMap((line) => wrap("", line, 2)),
    ...unscoredLines(summary),
    ...(run.reason === null ? [] : ["", ...wrap("", `${capital(run.state)}: ${run.reason}`)]),
  ];
  return `${lines.join("\n")}\n`;
}

function standing({ state, id }: RunRecord, held: boolean): string {
  if (state !== "running") return state;
  return held ? "running" : `stopped; the same command goes on with it, \`golive eval cancel ${id}\` ends it`;
}

function factLines({
  abstentionRate,
  refusals,
  latency,
  retrieval,
  readerUsedGold,
  repeatability,
}: RunSummary): string[] {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const seconds = (value: number | null) => {
    const said = secondsOrUnanswered(value);
    return typeof said === "number" ? `${said.toFixed(2)} s` : (said ?? "–");
  };
  const { p50, p95, requests, failedShare } = latency;
  return [
    ...(abstentionRate === null
      ? []
      : [`abstention rate ${percent(abstentionRate)} of the graded answers make no claim`]),
    ...(retrieval.prefilter === null
      ? []
      : [
          `gold evidence retrieved in ${percent(retrieval.prefilter)} of ${retrieval.cases} cases before filtering, ` +
            `${percent(retrieval.postfilter ?? 0)} after (whether it is in the documents is not looked at)`,
        ]),
    ...(readerUsedGold.share === null
      ? []
      : [`reader used gold in ${percent(readerUsedGold.share)} of ${readerUsedGold.graded}`]),
    ...(refusals.correct === null
      ? []
      : [`correct refusals ${percent(refusals.correct)} of ${refusals.answered} answered negatives`]),
    ...(requests === 0
      ? []
      : [
          `latency p50 ${seconds(p50)}, p95 ${seconds(p95)} over ${requests} requests, ${percent(failedShare ?? 0)} failed`,
        ]),
    ...(repeatability === null
      ? []
      : [
          `repeated ${repeatability.cases} cases: ${percent(repeatability.identical)} answered the same each time` +
            `${repeatability.f1Spread === null ? "" : `, f1 spreads over ${percent(repeatability.f1Spread)}`}`,
        ]),
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
export function runJson(run: RunRecord, summary: RunSummary, held: boolean): object {
  const { means, answerable, graded, abstentionRate, refusals, latency, unscored, repeatability } = summary;
  const { retrieval, readerUsedGold } = summary;
  return {
    ok: exitOf(run) === EXIT.pass,
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
      retrieval,
      reader_used_gold: {
        share: readerUsedGold.share,
        graded: readerUsedGold.graded,
        citation_precision: readerUsedGold.citationPrecision,
      },
      repeatability:
        repeatability === null
          ? null
          : { cases: repeatability.cases, identical: repeatability.identical, f1_spread: repeatability.f1Spread },
      unscored: unscored.map(({ caseId, reason }) => ({ case_id: caseId, ...reason })),
      means: Object.fromEntries(means.map(({ metric, mean, results }) => [metric, { mean, results }])),
    },
  };
}

const capital = (word: string): string => `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
