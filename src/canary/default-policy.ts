import type { CanaryPolicy, Kpi } from "#src/canary/kpi";

const common = { onBreach: "rollback", owner: null } as const;
const unrefuted = { ...common, atEnd: "unrefuted" } as const;
const proven = { ...common, atEnd: "proven" } as const;

/** What a canary is held to where nobody declared anything else; configs/quality_gates.yaml ships the same. */
export const DEFAULT_KPIS: readonly Kpi[] = [
  {
    id: "oracle_prefilter",
    kind: "paired-binary",
    of: "oracle_prefilter",
    threshold: 0,
    tolerance: 0.03,
    weight: 0.15,
    ...proven,
  },
  {
    id: "reader_used_gold",
    kind: "paired-binary",
    of: "reader_used_gold",
    threshold: 0,
    tolerance: 0.03,
    weight: 0.2,
    ...proven,
  },
  { id: "f1", kind: "bounded-mean", of: "f1", threshold: 0, tolerance: 0.02, weight: 0.25, ...proven },
  { id: "precision", kind: "bounded-mean", of: "precision", threshold: 0.02, tolerance: 0.04, weight: 0.15, ...proven },
  { id: "p95_latency", kind: "p95-ratio", threshold: 1.15, tolerance: 1.25, weight: 0.15, ...proven },
  { id: "tool_schema", kind: "rate", of: "schema_ok", threshold: 0.95, detect: 0.05, weight: 0.02, ...unrefuted },
  { id: "intent_line", kind: "rate", of: "intent_line", threshold: 0.99, detect: 0.05, weight: 0.02, ...unrefuted },
  { id: "mutating_without_dry_run", kind: "zero", of: "mutating_without_dry_run", ...common },
  { id: "dedup_rate", kind: "band", least: 0.1, most: 0.35, detect: 0.05, weight: 0.03, ...unrefuted },
  { id: "snapshot_breadth", kind: "breadth", threshold: 0.2, cap: null, detect: 0.1, weight: 0.03, ...unrefuted },
  { id: "budget_violation", kind: "zero", of: "budget_violation", ...common },
  { id: "prefix_leakage", kind: "zero", of: "prefix_leakage", ...common },
];

export const DEFAULT_POLICY: CanaryPolicy = { alpha: 0.05, durationHours: 48, kpis: DEFAULT_KPIS };
