import type { CanaryPolicy } from "#src/canary/kpi";
import type { Measure } from "#src/evaluation/compare/measures";
import type { Margin, Margins } from "#src/evaluation/compare/standings";

/** Scores of the canary under the names that evaluations have for them. */
const MEASURE_OF: Readonly<Record<string, Measure>> = {
  f1: "f1",
  precision: "precision",
  recall: "recall",
  faithfulness: "faithfulness",
  oracle_prefilter: "oracle_retrieval_hit_prefilter",
  reader_used_gold: "reader_used_gold",
};

/** Where no KPI watches the latency, it is shown by these. */
const LATENCY: Margin = { threshold: 1.15, tolerance: 1.25 };

/** What a candidate's evaluation is held to against the baseline: exactly what the canary will hold it to afterwards. */
export function toMargins({ kpis }: CanaryPolicy): Margins {
  const measures: { [measure in Measure]?: Margin } = {};
  let latency = LATENCY;
  for (const kpi of kpis) {
    if (kpi.kind === "p95-ratio") latency = { threshold: kpi.threshold, tolerance: kpi.tolerance };
    if (kpi.kind !== "bounded-mean" && kpi.kind !== "paired-binary") continue;
    const measure = MEASURE_OF[kpi.of];
    if (measure !== undefined) measures[measure] = { threshold: kpi.threshold, tolerance: kpi.tolerance };
  }
  return { measures, latency };
}
