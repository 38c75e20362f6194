import { createAggregate, type MetricMean } from "#src/evaluation/metrics/aggregate";
import { scoreJudgement } from "#src/evaluation/metrics/score-judgement";
import { type Latency, latencyOf, type Request } from "#src/evaluation/oracle/latency";
import { type ReaderCase, type ReaderUsedGold, readerUsedGold } from "#src/evaluation/oracle/reader-used-gold";
import { abstentionRate, countRefusals, type NegativeCase, type Refusals } from "#src/evaluation/oracle/refusals";
import { type CaseOracle, caseOracle, readerCase } from "#src/evaluation/run/case-oracle";
import type { CaseRecord, Reason } from "#src/evaluation/run/case-record";

/** How far the repeats of the same cases agree. */
export type Repeatability = {
  readonly cases: number;
  /** Share of those cases whose answers are the same letter by letter, 0 to 1. */
  readonly identical: number;
  /** Largest minus smallest f1 of a case, averaged over those cases: answers and judge together. Null without two grades of one. */
  readonly f1Spread: number | null;
};

/**
 * Shares of the answered cases with evidence whose evidence was retrieved, before filtering and in what the reader got; null without
 * any. Cases whose evidence is in no document count as missed here: `retrievalHit` leaves them out, and says how many they are.
 */
export type RetrievalShares = {
  readonly cases: number;
  readonly prefilter: number | null;
  readonly postfilter: number | null;
};

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
  readonly retrieval: RetrievalShares;
  readonly readerUsedGold: ReaderUsedGold;
  /** Cases without a score, with the reason. */
  readonly unscored: readonly { readonly caseId: string; readonly reason: Reason }[];
  /** Null where nothing was repeated. */
  readonly repeatability: Repeatability | null;
};

/** Sums up a run of `run`, or as much of it as there is. Cases that were not asked yet are in nothing. */
export async function summarizeRun(cases: AsyncIterable<CaseRecord>, run: string): Promise<RunSummary> {
  const aggregate = createAggregate();
  const negatives: NegativeCase[] = [];
  const requests: Request[] = [];
  const claims: number[] = [];
  const unscored: { caseId: string; reason: Reason }[] = [];
  const oracles: CaseOracle[] = [];
  const readers: ReaderCase[] = [];
  const trials = new Map<string, { answer: string | null; f1: number | null }[]>();
  let answerable = 0;
  let graded = 0;
  for await (const each of cases) {
    const { gold, repeat, reply, verdict } = each;
    if (reply === null || verdict === null) continue;
    const answer = reply.answer?.answer ?? null;
    const before = trials.get(gold.id) ?? [];
    trials.set(gold.id, [...before, { answer, f1: verdict.metrics?.f1 ?? null }]);
    if (repeat > 0) continue;
    requests.push({ seconds: reply.latencyMs / 1000, failed: reply.censored });
    if (gold.answerable) answerable += 1;
    else negatives.push({ id: gold.id, response: answer });
    oracles.push(caseOracle(each, run));
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
    retrieval: retrievalShares(oracles),
    readerUsedGold: readerUsedGold(readers),
    unscored,
    repeatability: repeatabilityOf([...trials.values()].filter((times) => times.length > 1)),
  };
}

function retrievalShares(oracles: readonly CaseOracle[]): RetrievalShares {
  const shown = oracles.filter(({ prefilter, postfilter }) => prefilter !== null && postfilter !== null);
  const share = (which: "prefilter" | "postfilter") =>
    shown.length === 0 ? null : shown.filter((oracle) => oracle[which] === true).length / shown.length;
  return { cases: shown.length, prefilter: share("prefilter"), postfilter: share("postfilter") };
}

function repeatabilityOf(
  repeated: readonly (readonly { readonly answer: string | null; readonly f1: number | null }[])[],
): Repeatability | null {
  if (repeated.length === 0) return null;
  const same = repeated.filter(([first, ...others]) => {
    return first !== undefined && first.answer !== null && others.every(({ answer }) => answer === first.answer);
  });
  const spreads = repeated
    .map((times) => times.flatMap(({ f1 }) => f1 ?? []))
    .filter((values) => values.length > 1)
    .map((values) => Math.max(...values) - Math.min(...values));
  return {
    cases: repeated.length,
    identical: same.length / repeated.length,
    f1Spread: spreads.length === 0 ? null : spreads.reduce((sum, each) => sum + each, 0) / spreads.length,
  };
}
