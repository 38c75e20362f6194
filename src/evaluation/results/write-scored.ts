import { metricValues, scoreJudgement } from "#src/evaluation/metrics/score-judgement";
import type { Result } from "#src/evaluation/results/check-element";
import type { ResultFile } from "#src/evaluation/results/open-results";
import type { Rest } from "#src/evaluation/results/read-elements";
import { ResultFileError } from "#src/evaluation/results/result-file-error";
import { type FileScore, metricsOf, summaryOf } from "#src/evaluation/results/score-results";

/** Where text goes. A promise means: wait, the reader is slower. */
export type WriteText = (text: string) => void | Promise<void>;

/** So much is gathered before it is written: one call for each result would cost more than the result. */
const PORTION = 1 << 14;

/**
 * Writes the document in RAGChecker's nested layout, one result in a line: `results` with `metrics` filled in (0 to 1,
 * unrounded), other keys of the input, `metrics` by group (×100, one decimal), and Golive's `summary`. It is never in memory
 * as a whole. `score` has to be of this file: what is written was checked before the first letter went out.
 */
export async function writeScored(file: ResultFile, score: FileScore, write: WriteText): Promise<void> {
  const rest: Rest = new Map();
  let portion = '{"results": [';
  let written = 0;
  for await (const result of file.results(rest)) {
    portion += `${written === 0 ? "\n" : ",\n"}${JSON.stringify(scored(result))}`;
    written++;
    if (portion.length < PORTION) continue;
    await write(portion);
    portion = "";
  }
  if (written !== score.results) throw new ResultFileError("changed", "the file was changed while it was read");
  portion += written === 0 ? "]" : "\n]";
  for (const [key, value] of rest) {
    if (key !== "metrics" && key !== "summary") portion += `,\n${JSON.stringify(key)}: ${JSON.stringify(value)}`;
  }
  await write(`${portion},\n${closing(score)}\n`);
}

/** The document without its results, for whoever wants the figures only. */
export const scoreText = (score: FileScore): string => `{${closing(score)}\n`;

function closing(score: FileScore): string {
  const [metrics, summary] = [metricsOf(score), summaryOf(score)].map((part) => JSON.stringify(part, null, 2));
  return `"metrics": ${metrics},\n"summary": ${summary}}`;
}

/** The element as RAGChecker would have written it: under its names, with its metrics last. */
function scored({ element, query, judgement }: Result): object {
  const { metrics: _, ...kept } = element;
  const gold = element.gt_answer ?? element.expected_answer;
  return {
    ...("query_id" in kept || query === null ? {} : { query_id: query }),
    ...kept,
    ...("gt_answer" in kept || gold === undefined ? {} : { gt_answer: gold }),
    metrics: metricValues(scoreJudgement(judgement)),
  };
}
