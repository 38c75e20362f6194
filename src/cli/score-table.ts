import { LOWER_IS_BETTER } from "#src/evaluation/metrics/metric-names";
import { type FileScore, MOST_UNGRADED } from "#src/evaluation/results/score-results";

const LAYOUTS: Readonly<Record<FileScore["layout"], string>> = {
  nested: "nested layout",
  flat: "flat layout",
  lines: "one result a line",
  array: "an array of results",
};

/** What `golive eval score` shows people: lines that fit 100 columns. */
export function scoreTable(file: string, score: FileScore): string[] {
  return [
    `${file}: ${many(score.results, "result")} (${LAYOUTS[score.layout]})`,
    "",
    ...(score.means.length === 0 ? ["No metrics: nothing was judged."] : metricLines(score)),
    "",
    ...countLines(score),
  ];
}

/** A line for each mean, in its group. `results`: how many there are at most. */
export function metricLines({ means, results }: Pick<FileScore, "means" | "results">): string[] {
  let group = "";
  return [
    "group      metric  (↓ less is better)           mean %   over results",
    ...means.map((mean) => {
      const name = `${mean.metric}${LOWER_IS_BETTER.has(mean.metric) ? " ↓" : ""}`;
      const missing = mean.results < results ? `  (${number(results - mean.results)} without)` : "";
      const shownGroup = mean.group === group ? "" : mean.group;
      group = mean.group;
      return `${shownGroup.padEnd(10)} ${name.padEnd(36)} ${mean.percent.toFixed(1).padStart(6)}   ${number(mean.results).padStart(12)}${missing}`;
    }),
  ];
}

function countLines(score: FileScore): string[] {
  const { graded, partly, ungraded, answers, abstained, withoutDocuments, repeatedIds } = score;
  const lines: [string, string, string][] = [
    ["judged", number(graded), ""],
    ...(partly > 0
      ? [["judged in part", number(partly), "some of the four checks are missing"] as [string, string, string]]
      : []),
    [
      "ungraded",
      number(ungraded),
      ungraded === 0 ? "" : `in no mean; more than ${MOST_UNGRADED * 100} % make it inconclusive`,
    ],
  ];
  const rate = answers === 0 ? "–" : `${((100 * abstained) / answers).toFixed(1)} %`;
  lines.push([
    "abstention rate",
    rate,
    `${number(abstained)} of ${many(answers, "answer")} make no claim, which can't be wrong`,
  ]);
  if (withoutDocuments > 0) {
    lines.push(["no documents", number(withoutDocuments), "nothing to be faithful to: counted as 0 there"]);
  }
  if (repeatedIds !== null && repeatedIds > 0)
    lines.push(["repeated ids", number(repeatedIds), "each counts as a result"]);
  return lines.map(([name, value, meaning]) => `${name.padEnd(17)}${value.padStart(9)}   ${meaning}`.trimEnd());
}

const number = (value: number): string => value.toLocaleString("en-US");
const many = (count: number, one: string): string => `${number(count)} ${one}${count === 1 ? "" : "s"}`;
