import { caseValue, type EvaluatedRun } from "#src/evaluation/compare/evaluated-run";
import { type Measure, meanOf } from "#src/evaluation/compare/measures";

/** What is told of each tag. */
export const TAG_MEASURES = [
  "precision",
  "recall",
  "f1",
  "faithfulness",
  "oracle_retrieval_hit_prefilter",
  "reader_used_gold",
  "correct_refusal",
] as const satisfies readonly Measure[];
export type TagMeasure = (typeof TAG_MEASURES)[number];

/** For cases without a tag. */
export const UNTAGGED = "(no tag)";

export type TagMeans = {
  readonly tag: string;
  readonly cases: number;
  /** Means over the tag's cases, 0 to 1; null where none of them has the measure. */
  readonly means: Readonly<Record<TagMeasure, number | null>>;
};

/** A run by tags, in their order. A case with two tags is in both. */
export function tagMeans({ cases }: EvaluatedRun): readonly TagMeans[] {
  const tagged = cases.flatMap((each) => {
    const { tags } = each.gold;
    return (tags.length === 0 ? [UNTAGGED] : [...new Set(tags)]).map((tag) => ({ tag, each }));
  });
  return [...Map.groupBy(tagged, ({ tag }) => tag)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([tag, of]) => {
      const mean = (measure: TagMeasure) => meanOf(of.flatMap(({ each }) => caseValue(each, measure) ?? []));
      return {
        tag,
        cases: of.length,
        means: {
          precision: mean("precision"),
          recall: mean("recall"),
          f1: mean("f1"),
          faithfulness: mean("faithfulness"),
          oracle_retrieval_hit_prefilter: mean("oracle_retrieval_hit_prefilter"),
          reader_used_gold: mean("reader_used_gold"),
          correct_refusal: mean("correct_refusal"),
        },
      };
    });
}
