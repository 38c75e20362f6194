import { METRIC_GROUPS, LOWER_IS_BETTER as METRICS_LOWER } from "#src/evaluation/metrics/metric-names";

/** What the oracles say of one case, each 0 to 1. */
const ORACLE_MEASURES = [
  "oracle_retrieval_hit_prefilter",
  "oracle_retrieval_hit_postfilter",
  "reader_used_gold",
  "abstention",
  "correct_refusal",
] as const;

/** Everything that is measured case by case, from 0 to 1, in the order in which it is shown. */
export const MEASURES = [
  ...METRIC_GROUPS.overall,
  ...METRIC_GROUPS.retriever,
  ...METRIC_GROUPS.generator,
  ...ORACLE_MEASURES,
] as const;
export type Measure = (typeof MEASURES)[number];

/** Of these less is better. */
export const LOWER_IS_BETTER: ReadonlySet<Measure> = new Set<Measure>([...METRICS_LOWER, "abstention"]);

/** What one answer scored, 0 to 1, unrounded. A measure that is absent was not measured: it is never 0. */
export type Values = { readonly [measure in Measure]?: number };

/** How much better (above 0) or worse (below 0) `after` is than `before`, whichever way the measure points. */
export const gain = (measure: Measure, before: number, after: number): number =>
  LOWER_IS_BETTER.has(measure) ? before - after : after - before;

export const meanOf = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
