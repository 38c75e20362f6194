/** RAGChecker's eleven metrics in its three groups, and in its order. */
export const METRIC_GROUPS = {
  overall: ["precision", "recall", "f1"],
  retriever: ["claim_recall", "context_precision"],
  generator: [
    "context_utilization",
    "noise_sensitivity_in_relevant",
    "noise_sensitivity_in_irrelevant",
    "hallucination",
    "self_knowledge",
    "faithfulness",
  ],
} as const;

export type MetricGroup = keyof typeof METRIC_GROUPS;
export type Metric = (typeof METRIC_GROUPS)[MetricGroup][number];

export const GROUPS = ["overall", "retriever", "generator"] as const satisfies readonly MetricGroup[];
export const METRICS: readonly Metric[] = GROUPS.flatMap((group): readonly Metric[] => METRIC_GROUPS[group]);

/** Of these less is better. */
export const LOWER_IS_BETTER: ReadonlySet<Metric> = new Set<Metric>([
  "noise_sensitivity_in_relevant",
  "noise_sensitivity_in_irrelevant",
  "hallucination",
]);
