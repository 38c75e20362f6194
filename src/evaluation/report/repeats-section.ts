import { type Html, html } from "#src/evaluation/report/html";
import { table } from "#src/evaluation/report/table";
import { name, percentText, plural, shareText } from "#src/evaluation/report/words";
import { type Repeatability, SPREAD_OF } from "#src/evaluation/run/repeatability";

/** How far repeats agree, and the judge with itself; null where nothing was repeated. */
export function repeatsSection(found: Repeatability | null): Html | null {
  if (found === null) return null;
  const { cases, identical, spreads, judge } = found;
  const rows = SPREAD_OF.map((metric) => [
    name(metric),
    shareText(spreads?.[metric].mean ?? null),
    shareText(spreads?.[metric].largest ?? null),
    shareText(judge?.spreads[metric].mean ?? null),
    shareText(judge?.spreads[metric].largest ?? null),
  ]);
  const alone =
    judge === null
      ? "No answer was judged twice, so the judge's own spread is not known."
      : `${plural(judge.answers, "answer")} were judged more than once; ${percentText(judge.same)} of them got the same grade each time.`;
  return html`<section id="repeats"><h2>Repeats</h2>
<p>${plural(cases, "case")} were asked again; ${percentText(identical)} of them were answered the same, letter by letter. ${alone}</p>
${table(
  "Largest minus smallest value of one case, 0 to 1",
  [
    { title: "Metric" },
    { title: "Answers and judge, mean", kind: "number" },
    { title: "Largest", kind: "number" },
    { title: "Judge alone, mean", kind: "number" },
    { title: "Largest of the judge", kind: "number" },
  ],
  rows,
)}</section>
`;
}
