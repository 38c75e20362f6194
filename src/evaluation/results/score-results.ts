import { createAggregate, groupMetrics, type MetricMean } from "#src/evaluation/metrics/aggregate";
import { scoreJudgement } from "#src/evaluation/metrics/score-judgement";
import type { Result } from "#src/evaluation/results/check-element";
import type { Layout } from "#src/evaluation/results/find-layout";
import type { ResultFile } from "#src/evaluation/results/open-results";

/** Above this share of results without labels the mean says little about the rest: the score is inconclusive. */
export const MOST_UNGRADED = 0.2;

/** What a file of results says as a whole. */
export type FileScore = {
  readonly layout: Layout["kind"];
  readonly results: number;
  /** With all four checks, with some of them, with none. */
  readonly graded: number;
  readonly partly: number;
  readonly ungraded: number;
  /** Results of which the number of claims in the answer is known, and those whose answer makes none. */
  readonly answers: number;
  readonly abstained: number;
  /** Results whose retrieved2response holds no labels though the answer makes claims: 0 there is no measurement. */
  readonly withoutDocuments: number;
  /** Results with an id that an earlier one had; null when there were too many ids to remember. */
  readonly repeatedIds: number | null;
  readonly means: readonly MetricMean[];
};

/** Ids that are remembered, to bound memory: beyond that nobody says how many repeat. */
const MOST_IDS = 1_000_000;

/** Goes through the file once. Throws `ResultFileError` at the first element that isn't as it should be. */
export async function scoreResults(file: ResultFile): Promise<FileScore> {
  const aggregate = createAggregate();
  const ids = createIdCount();
  const counts = { results: 0, graded: 0, partly: 0, ungraded: 0, answers: 0, abstained: 0, withoutDocuments: 0 };
  for await (const result of file.results()) {
    aggregate.add(scoreJudgement(result.judgement));
    counts.results++;
    counts[result.grading]++;
    if (result.answerClaims !== null) counts.answers++;
    if (result.answerClaims === 0) counts.abstained++;
    if (lacksDocuments(result)) counts.withoutDocuments++;
    ids.add(result.query);
  }
  return { layout: file.layout, ...counts, repeatedIds: ids.repeated(), means: aggregate.means() };
}

/** Whether too much is missing for the means to stand for the file. */
export function isInconclusive(score: FileScore): boolean {
  const enough = score.results * (1 - MOST_UNGRADED);
  return score.means.length === 0 || score.means.some((mean) => mean.results < enough);
}

/** What `--json` says beside RAGChecker's own keys. `abstention_rate`: share of answers without a claim, 0 to 1. */
export function summaryOf(score: FileScore) {
  return {
    layout: score.layout,
    results: score.results,
    graded: score.graded,
    partly_graded: score.partly,
    ungraded: score.ungraded,
    abstained: score.abstained,
    abstention_rate: score.answers === 0 ? null : score.abstained / score.answers,
    without_documents: score.withoutDocuments,
    repeated_ids: score.repeatedIds,
    conclusive: !isInconclusive(score),
    means: Object.fromEntries(score.means.map(({ metric, mean, results }) => [metric, { mean, results }])),
  };
}

export const metricsOf = (score: FileScore) => groupMetrics(score.means);

function lacksDocuments({ judgement: { retrieved2response }, answerClaims }: Result): boolean {
  return (answerClaims ?? 0) > 0 && retrieved2response !== null && retrieved2response.every((row) => row.length === 0);
}

function createIdCount() {
  const seen = new Set<string>();
  let repeated = 0;
  let complete = true;
  return {
    add(id: string | null): void {
      if (id === null || !complete) return;
      if (seen.has(id)) repeated++;
      else seen.add(id);
      if (seen.size <= MOST_IDS) return;
      complete = false;
      seen.clear();
    },
    repeated: (): number | null => (complete ? repeated : null),
  };
}
