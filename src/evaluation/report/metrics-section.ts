import { caseValue, type EvaluatedRun, meanOfRun, requestsOf } from "#src/evaluation/compare/evaluated-run";
import { LOWER_IS_BETTER, MEASURES, type Measure } from "#src/evaluation/compare/measures";
import { latencyOf } from "#src/evaluation/oracle/latency";
import { histogram } from "#src/evaluation/report/charts";
import { type Html, html } from "#src/evaluation/report/html";
import { table } from "#src/evaluation/report/table";
import { MEANS, name, percentText, plural, secondsText, shareText } from "#src/evaluation/report/words";

/** A measure's name, which way it points, and what it says. */
export const measureMark = (measure: Measure): Html =>
  html`${name(measure)}${LOWER_IS_BETTER.has(measure) ? " ↓" : ""}<small>${MEANS[measure]}</small>`;

/** Every mean of the run, with how its cases are distributed. */
export function metricsSection(run: EvaluatedRun): Html {
  const rows = MEASURES.flatMap((measure) => {
    const { mean, n } = meanOfRun(run, measure);
    if (n === 0) return [];
    const values = run.cases.flatMap((each) => caseValue(each, measure) ?? []);
    return [[measureMark(measure), shareText(mean), n, histogram(measure, values)]];
  });
  return html`<section id="metrics"><h2>Metrics</h2>
${
  rows.length === 0
    ? html`<p>Nothing was scored.</p>`
    : table(
        "Means over cases, 0 to 1; ↓ less is better. A case weighs the same however often it was asked",
        [
          { title: "Metric" },
          { title: "Mean", kind: "number" },
          { title: "Cases", kind: "number" },
          { title: "Cases by value, 0 to 1", kind: "drawing" },
        ],
        rows,
      )
}${latencyLine(run)}</section>
`;
}

function latencyLine(run: EvaluatedRun): Html | null {
  const { p50, p95, p99, requests, failedShare } = latencyOf(requestsOf(run));
  if (requests === 0) return null;
  const failed = failedShare === null || failedShare === 0 ? "none failed" : `${percentText(failedShare)} failed`;
  return html`<p>Latency, end to end: median ${secondsText(p50)}, p95 ${secondsText(p95)}, p99 ${secondsText(p99)} over ${plural(requests, "request")}; ${failed}. A failed one counts as endless.</p>`;
}
