import type { Kpi } from "#src/canary/kpi";
import type { KpiStanding } from "#src/canary/kpi-report";
import type { Score } from "#src/canary/observation";
import { holdOfAll } from "#src/canary/watch/due";
import type { CanaryView } from "#src/canary/watch/view";

const SCORE_NAMES: Readonly<Record<Score, string>> = {
  f1: "F1",
  precision: "precision",
  recall: "recall",
  faithfulness: "faithfulness",
  oracle_prefilter: "gold evidence before filtering",
  reader_used_gold: "answers resting on gold evidence",
};
const RATE_NAMES = { schema_ok: "tool calls that keep their schema", intent_line: "tool calls with an intent line" };
const ZERO_NAMES = {
  budget_violation: "budget violations",
  prefix_leakage: "prefix leakage",
  mutating_without_dry_run: "changes without a dry run",
};

/** Ids under which the shipped policy declares what the name says already. */
const SHIPPED = new Set(["p95_latency", "tool_schema", "dedup_rate", "snapshot_breadth", "traffic_split"]);

/** What people call a KPI: "F1", "p95 latency". One that is declared under an id of its own has it behind: "F1 (f1_strict)". Plain text. */
export function kpiName(kpi: Kpi): string {
  const name = measured(kpi);
  return SHIPPED.has(kpi.id) || ("of" in kpi && kpi.id === kpi.of) ? name : `${name} (${kpi.id})`;
}

function measured(kpi: Kpi): string {
  switch (kpi.kind) {
    case "bounded-mean":
    case "paired-binary":
      return SCORE_NAMES[kpi.of];
    case "p95-ratio":
      return "p95 latency";
    case "rate":
      return RATE_NAMES[kpi.of];
    case "band":
      return "deduplication";
    case "breadth":
      return "snapshot breadth";
    case "zero":
      return ZERO_NAMES[kpi.of];
    case "traffic-split":
      return "share of the traffic";
  }
}

/** The KPI that a canary watches under this id; null: none. */
export const findKpi = ({ canary }: Pick<CanaryView, "canary">, id: string): Kpi | null =>
  canary.policy.kpis.find((kpi) => kpi.id === id) ?? null;

/** Its name, or the id as it is where the policy has none of it. */
export function nameOf(view: Pick<CanaryView, "canary">, id: string): string {
  const kpi = findKpi(view, id);
  return kpi === null ? id : kpiName(kpi);
}

/** A KPI's standing as a word. `n` 0: there is nothing to stand on. */
export const standingWord = (standing: KpiStanding, n: number): string =>
  standing === "unknown" && n === 0 ? "no data" : standing;

/** Where a canary itself stands, as a word or three. */
export function canaryWord({ canary, next }: CanaryView): string {
  if (canary.ended !== null) return canary.ended.as.replaceAll("-", " ");
  if (next.kind === "rolling-back") return "rolling back";
  if (canary.standing === "paused") return "paused";
  if (canary.standing === "deciding") return "people decide";
  if (canary.breaches.length === 0) return "watching";
  return holdOfAll(canary) === null ? "breach" : "held";
}

/** What `n` of a KPI's report counts: "1,240 graded pairs". */
export function countedWords(kpi: Kpi, n: number): string {
  const [one, many] = UNITS[kpi.kind];
  return `${n.toLocaleString("en-US")} ${n === 1 ? one : many}`;
}

const UNITS: Readonly<Record<Kpi["kind"], readonly [one: string, many: string]>> = {
  "bounded-mean": ["graded pair", "graded pairs"],
  "paired-binary": ["graded pair", "graded pairs"],
  "p95-ratio": ["pair of requests", "pairs of requests"],
  rate: ["trace", "traces"],
  band: ["query", "queries"],
  breadth: ["pair of requests", "pairs of requests"],
  zero: ["request", "requests"],
  "traffic-split": ["request", "requests"],
};
