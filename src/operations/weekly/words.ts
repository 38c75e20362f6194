import type { Cause } from "#src/operations/triage/causes";
import type { Metric, Symptom } from "#src/operations/triage/symptom";
import type { Sureness } from "#src/operations/triage/weigh";
import type { Figure, Unit } from "#src/operations/weekly/result";

const NAMES: Partial<Readonly<Record<Metric, string>>> = {
  f1: "F1",
  claim_recall: "claim recall",
  context_precision: "context precision",
  context_utilization: "context utilization",
  noise_sensitivity_in_relevant: "noise from relevant passages",
  noise_sensitivity_in_irrelevant: "noise from irrelevant passages",
  self_knowledge: "self-knowledge",
  oracle_retrieval_hit_prefilter: "gold evidence found",
  oracle_retrieval_hit_postfilter: "gold evidence given to the reader",
  reader_used_gold: "reader used gold",
  correct_refusal: "correct refusals",
  p95_latency: "p95 latency",
  without_score: "cases without a score",
  tool_retries: "tool calls with several tries",
  tool_governance: "tool calls that break a rule",
  prefix_leakage: "answers with a leaked prefix",
  context_budget: "contexts over their budget",
  prompt_audit: "answers without a prompt audit",
  made_with: "answers made otherwise",
  snapshot_breadth: "candidates per question",
};

/** What people call a metric. Plain text. */
export const metricName = (metric: Metric): string => NAMES[metric] ?? metric.replaceAll("_", " ");

export const SURENESS: Readonly<Record<Sureness, string>> = { sure: "sure", likely: "likely", unclear: "not clear" };

export const causeName = (cause: Cause | null): string => cause ?? "nothing that the traces show";

/** "62.0 %", "3.20 s", "5". Plain text. */
export function figureText(value: Figure, unit: Unit): string {
  if (value === null) return "–";
  if (value === "unanswered") return "unanswered";
  if (unit === "share") return `${(100 * value).toFixed(1)} %`;
  if (unit === "seconds")
    return value < 1 ? `${Math.round(1000 * value)} ms` : `${value.toFixed(value < 10 ? 2 : 1)} s`;
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}

/** A difference with its sign: "−20.8 points", "+2.80 s". "–" where one of the two is no number. */
export function differenceText(now: Figure, before: Figure, unit: Unit): string {
  if (typeof now !== "number" || typeof before !== "number") return "–";
  const difference = now - before;
  const size = Math.abs(difference);
  const text = unit === "share" ? `${(100 * size).toFixed(1)} points` : figureText(size, unit);
  if (/^0(\.0+)? (points|ms)$|^0(\.0)?$/.test(text)) return `±${text}`;
  return `${difference < 0 ? "−" : "+"}${text}`;
}

export const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** "F1 is 41.4 % against 62.0 % in the baseline, proven worse (77 cases)". Without a full stop. */
export function symptomWords(
  symptom: Omit<Symptom, "cases" | "value" | "baseline"> & { value: Figure; baseline: Figure },
): string {
  const { metric, how, unit, bar, n } = symptom;
  const name = metricName(metric);
  const value = figureText(symptom.value, unit);
  const against = symptom.baseline === null ? "" : ` against ${figureText(symptom.baseline, unit)} in the baseline`;
  switch (how) {
    case "broken":
      return bar === null
        ? `${name}: ${value}${against}`
        : `${name}: ${value} of ${n}${against}, at most ${figureText(bar, unit)} may be`;
    case "floor":
      return `${name} is ${value}${against}, ${metric === "p95_latency" ? "above the ceiling" : "below the floor"} of ${figureText(bar, unit)}`;
    case "proven":
      return `${name} is ${value}${against}, proven worse (${n} cases)`;
    case "seen":
      return `${name} is ${value}${against}, worse than is tolerated and not proven (${n} cases)`;
  }
}

/** For the journal, which knows no infinity. */
export const toFigure = (value: number | null): Figure =>
  value === Number.POSITIVE_INFINITY ? "unanswered" : value === null || Number.isNaN(value) ? null : value;

/** As a sentence begins. */
export const upperFirst = (text: string): string =>
  text.startsWith("p95") ? `The ${text}` : `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
