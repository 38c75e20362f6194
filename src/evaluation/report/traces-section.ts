import { echo, type Html, html, type Part } from "#src/evaluation/report/html";
import { table } from "#src/evaluation/report/table";
import { name, plural, verdictMark } from "#src/evaluation/report/words";
import type { TraceFigures } from "#src/evaluation/run/trace-figures";

/** Breaches that are shown. */
const MOST_BREACHES = 20;

/** What the answers' traces show of data and tools; null where nothing was looked at. */
export function tracesSection(traces: TraceFigures | null): Html | null {
  if (traces === null) return null;
  const { quality, tools, madeWith } = traces;
  const rows: readonly (readonly Part[])[] = [
    ["Context budget", quality.budgetViolations.sentence, verdictMark(quality.budgetViolations.verdict)],
    ["Ingestion prefix", quality.prefixLeakage.sentence, verdictMark(quality.prefixLeakage.verdict)],
    ["Deduplication", quality.dedupRate.sentence, verdictMark(quality.dedupRate.verdict)],
    ["Breadth of the snapshot", quality.breadth.sentence, verdictMark(quality.breadth.verdict)],
    ["Tool governance", tools.sentence, verdictMark(tools.verdict)],
  ];
  return html`<section id="traces"><h2>Data and tools</h2>
${table("From the traces of the answers, the first time that each case was asked", [{ title: "What" }, { title: "Found" }, { title: "Verdict" }], rows)}
${tools.breaches.length === 0 ? null : html`<ul>${tools.breaches.slice(0, MOST_BREACHES).map(({ traceId, tool, call, why }) => html`<li>${echo(traceId, 80)}, call ${call + 1} of ${echo(tool, 80)}: ${why}</li>`)}</ul>`}
<p>Made with ${madeWith.fewShotIds.length === 0 ? "no few-shot examples" : html`the few-shots ${list(madeWith.fewShotIds)}`}, by ${madeWith.models.length === 0 ? "a model that is not shown" : list(madeWith.models)}.${madeWith.notShown === 0 ? null : ` ${plural(madeWith.notShown, "answer")} don't show their few-shots.`}</p></section>
`;
}

const list = (ids: readonly string[]): Part => ids.map((id, index) => html`${index === 0 ? "" : ", "}${name(id)}`);
