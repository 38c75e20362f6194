import { createMacroMean } from "#src/evaluation/metrics/macro-mean";
import { GROUPS, METRIC_GROUPS, METRICS, type Metric, type MetricGroup } from "#src/evaluation/metrics/metric-names";
import type { Shares } from "#src/evaluation/metrics/score-judgement";

/** Per cent with one decimal, as RAGChecker writes them. A metric that no result has is absent. */
export type GroupMetrics = { readonly [group in MetricGroup]: { readonly [metric in Metric]?: number } };

/** The macro mean of one metric: over `results` results that have it. */
export type MetricMean = {
  readonly metric: Metric;
  readonly group: MetricGroup;
  readonly results: number;
  /** 0 to 1, unrounded: what the quality floors are compared with. */
  readonly mean: number;
  /** ×100, one decimal, half to even. */
  readonly percent: number;
};

export type Aggregate = {
  /** Takes the metrics of one result. What it lacks leaves that metric's denominator. */
  add(shares: Shares): void;
  means(): readonly MetricMean[];
};

/** Macro means over results that come one by one: each result weighs the same, f1 is the mean of the f1s. */
export function createAggregate(): Aggregate {
  const means = METRICS.map((metric) => ({ metric, mean: createMacroMean() }));
  return {
    add(shares) {
      for (const { metric, mean } of means) {
        const share = shares[metric];
        if (share !== undefined) mean.add(share);
      }
    },
    means: () =>
      means.flatMap(({ metric, mean }) => {
        const [value, percent] = [mean.value(), mean.percent()];
        if (value === null || percent === null) return [];
        return [{ metric, group: groupOf(metric), results: mean.count(), mean: value, percent }];
      }),
  };
}

export function groupMetrics(means: readonly MetricMean[]): GroupMetrics {
  const of = (group: MetricGroup): { [metric in Metric]?: number } =>
    Object.fromEntries(means.filter((mean) => mean.group === group).map(({ metric, percent }) => [metric, percent]));
  return { overall: of("overall"), retriever: of("retriever"), generator: of("generator") };
}

function groupOf(metric: Metric): MetricGroup {
  const group = GROUPS.find((each) => METRIC_GROUPS[each].some((name) => name === metric));
  if (group === undefined) throw new Error(`${metric} is in no group`);
  return group;
}
