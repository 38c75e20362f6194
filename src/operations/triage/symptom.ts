import type { Measure } from "#src/evaluation/compare/measures";
import type { Weighed } from "#src/operations/triage/weigh";

/** What is measured beside the measures of single answers. */
export const OTHER_METRICS = [
  "p95_latency",
  "without_score",
  "tool_retries",
  "tool_governance",
  "prefix_leakage",
  "context_budget",
  "prompt_audit",
  "made_with",
  "snapshot_breadth",
] as const;
export type OtherMetric = (typeof OTHER_METRICS)[number];
export type Metric = Measure | OtherMetric;

/**
 * What is wrong with a metric. `broken`: a rule that every answer has to keep; `floor`: an absolute bar of quality_gates.yaml; `proven`: worse
 * than the baseline beyond doubt; `seen`: worse than is tolerated, and not proven.
 */
export type How = "broken" | "floor" | "proven" | "seen";

/** A metric that failed or got worse, with the cases that it is about. Of values null: there is no such number. */
export type Symptom = {
  readonly metric: Metric;
  readonly how: How;
  /** Shares from 0 to 1, seconds, or a count. */
  readonly unit: "share" | "seconds" | "count";
  readonly value: number | null;
  readonly baseline: number | null;
  /** What it is held to: the floor, or the limit of the rule. */
  readonly bar: number | null;
  /** Cases that the value rests on. */
  readonly n: number;
  /** The cases that lost, each with why and how much. */
  readonly cases: readonly Weighed[];
};
