import { createAggregate, type MetricMean } from "#src/evaluation/metrics/aggregate";
import { scoreJudgement } from "#src/evaluation/metrics/score-judgement";
import { type Latency, latencyOf, type Request } from "#src/evaluation/oracle/latency";
import { type ReaderCase, type ReaderUsedGold, readerUsedGold } from "#src/evaluation/oracle/reader-used-gold";
import { abstentionRate, countRefusals, type NegativeCase, type Refusals } from "#src/evaluation/oracle/refusals";
import { readerCase } from "#src/evaluation/run/case-oracle";
import type { CaseRecord, CaseVerdict, Reason } from "#src/evaluation/run/case-record";
import { type Repeatability, type RepeatTrial, repeatabilityOf, repeatTrial } from "#src/evaluation/run/repeatability";
import { createTraceFigures, type TraceBars, type TraceFigures } from "#src/evaluation/run/trace-figures";

/** What a run found, over the first time that each case was asked. */
export type RunSummary = {
  /** Macro means over the graded answerable cases. */
  readonly means: readonly MetricMean[];
  readonly answerable: number;
  readonly graded: number;
  /** Share of graded answers that make no claim; null without any. */
  readonly abstentionRate: number | null;
  readonly refusals: Refusals;
  readonly latency: Latency;
  readonly readerUsedGold: ReaderUsedGold;
  /** Cases without a score, with the reason. */
  readonly unscored: readonly { readonly caseId: string; readonly reason: Reason }[];
  /** Null where nothing was repeated. */
  readonly repeatability: Repeatability | null;
  /** What the answers' traces show of data and tools; null where nobody said what to hold them against. */
  readonly traces: TraceFigures | null;
  /** What the judge took for all trials, repeats included. Labels that an earlier run had paid for are not in it. */
  readonly spent: CaseVerdict["spent"];
};

/** What the traces are held against, and the mean breadth of the run that this one is compared with. */
export type TraceHold = { readonly bars?: TraceBars | null; readonly baselineBreadth?: number | null };

/**
 * Sums up a run of `run`, or as much of it as there is. Cases that were not asked yet are in nothing. Whether evidence was retrieved is
 * not in it: that takes the documents (`retrievalFigures`).
 */
export async function summarizeRun(
  cases: AsyncIterable<CaseRecord>,
  run: string,
  { bars = null, baselineBreadth = null }: TraceHold = {},
): Promise<RunSummary> {
  const aggregate = createAggregate();
  const negatives: NegativeCase[] = [];
  const requests: Request[] = [];
  const claims: number[] = [];
  const unscored: { caseId: string; reason: Reason }[] = [];
  const readers: ReaderCase[] = [];
  const trials: RepeatTrial[] = [];
  const spent = { requests: 0, inputTokens: 0, outputTokens: 0 };
  const traces = bars === null ? null : createTraceFigures(bars);
  let answerable = 0;
  let graded = 0;
  for await (const each of cases) {
    const { gold, repeat, reply, verdict } = each;
    if (reply === null || verdict === null) continue;
    const answer = reply.answer?.answer ?? null;
    trials.push(repeatTrial(each));
    spent.requests += verdict.spent.requests;
    spent.inputTokens += verdict.spent.inputTokens;
    spent.outputTokens += verdict.spent.outputTokens;
    if (repeat > 0) continue;
    traces?.add(each);
    requests.push({ seconds: reply.latencyMs / 1000, failed: reply.censored });
    if (gold.answerable) answerable += 1;
    else negatives.push({ id: gold.id, response: answer });
    const reader = readerCase(each, run);
    if (reader !== null) readers.push(reader);
    if (verdict.reason !== null) unscored.push({ caseId: gold.id, reason: verdict.reason });
    if (verdict.judgement === null) continue;
    graded += 1;
    claims.push(verdict.judgement.answer2response.length);
    aggregate.add(scoreJudgement(verdict.judgement));
  }
  return {
    means: aggregate.means(),
    answerable,
    graded,
    abstentionRate: abstentionRate(claims),
    refusals: countRefusals(negatives),
    latency: latencyOf(requests),
    readerUsedGold: readerUsedGold(readers),
    unscored,
    repeatability: repeatabilityOf(trials),
    traces: traces?.figures(baselineBreadth) ?? null,
    spent,
  };
}
