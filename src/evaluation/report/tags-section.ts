import type { EvaluatedRun } from "#src/evaluation/compare/evaluated-run";
import { TAG_MEASURES, type TagMeasure, tagMeans } from "#src/evaluation/compare/tag-means";
import { echo, type Html, html } from "#src/evaluation/report/html";
import { table } from "#src/evaluation/report/table";
import { shareText } from "#src/evaluation/report/words";

const TITLES: Readonly<Record<TagMeasure, string>> = {
  precision: "Precision",
  recall: "Recall",
  f1: "F1",
  faithfulness: "Faithfulness",
  oracle_retrieval_hit_prefilter: "Evidence found",
  reader_used_gold: "Evidence used",
  correct_refusal: "Refused",
};

/** The means of each tag; null where all cases are of one. */
export function tagsSection(run: EvaluatedRun): Html | null {
  const tags = tagMeans(run);
  if (tags.length < 2) return null;
  return html`<section id="tags"><h2>Tags</h2>
${table(
  "Means over the cases of each tag, 0 to 1. A case with two tags is in both",
  [
    { title: "Tag" },
    { title: "Cases", kind: "number" },
    ...TAG_MEASURES.map((measure) => ({ title: TITLES[measure], kind: "number" as const })),
  ],
  tags.map(({ tag, cases, means }) => [
    echo(tag, 80),
    cases,
    ...TAG_MEASURES.map((measure) => shareText(means[measure])),
  ]),
)}</section>
`;
}
