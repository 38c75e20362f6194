import type { Kpi } from "#src/canary/kpi";
import type { OperationKind } from "#src/operations/operation";
import type { KnownSlo } from "#src/operations/slo/slo";
import type { CheckId } from "#src/release/checklist";

type Measured = Kpi extends infer K ? (K extends { of: infer O } ? O : K extends { kind: infer T } ? T : never) : never;

/** Lines that nobody can decide before the cutover: what the canary measures of each, by the KPI's `of`, else its kind. */
const BY_CANARY: Readonly<Record<CheckId, Measured>> = {
  "canary-oracle-prefilter": "oracle_prefilter",
  "canary-reader-used-gold": "reader_used_gold",
  "canary-f1": "f1",
  "canary-precision": "precision",
  "canary-latency": "p95-ratio",
  "canary-budget": "budget_violation",
  "canary-prefix-leakage": "prefix_leakage",
  "canary-dedup": "band",
  "canary-breadth": "breadth",
  "tool-schema": "schema_ok",
  "tool-dry-run": "mutating_without_dry_run",
  "tool-intent": "intent_line",
};

/** Lines that say what a rollback does. */
const BY_ROLLBACK: ReadonlySet<CheckId> = new Set(["pointer-rollback", "cache-clear", "rollback-smoke"]);

/** Lines of what runs by the clock. */
const BY_OPERATION: Readonly<Record<CheckId, OperationKind>> = {
  "smoke-ops-health": "smoke",
  "smoke-db-workflows": "smoke",
  "smoke-rag-qa": "smoke",
  "smoke-meta-ops": "smoke",
  "smoke-negatives": "smoke",
  "weekly-evaluation": "weekly",
  "sop-cards": "weekly",
  "config-nudges": "weekly",
  "chunk-overrides": "weekly",
  "few-shot-knn": "few-shot",
  "few-shot-guard": "few-shot",
  "few-shot-rotation": "few-shot",
};

/** Lines that hold over weeks. */
const BY_SLO: Readonly<Record<CheckId, KnownSlo>> = {
  "slo-oracle-prefilter": "oracle_prefilter",
  "slo-reader-used-gold": "reader_used_gold",
  "slo-dev-set": "dev_set",
  "slo-hard-timeouts": "hard_timeouts",
  "slo-tool-retries": "tool_retries",
  "slo-degradation": "degradation",
  "slo-latency": "p95_latency",
  "slo-embeddings": "embedding_latency",
  "slo-throughput": "throughput",
  "slo-audited-runs": "prompt_audit",
  "slo-few-shot-leakage": "few_shot_leakage",
  "slo-audit-trail": "audit_trail",
};

/** What decides this check after the cutover, of a canary the first KPI that measures it; null: it isn't one of these. */
export function decidedAfter(
  check: CheckId,
  kpis: readonly Kpi[],
):
  | { readonly by: "rollback" }
  | { readonly by: "canary"; readonly kpi: string | null }
  | { readonly by: "operation"; readonly operation: OperationKind }
  | { readonly by: "slo"; readonly slo: KnownSlo }
  | null {
  if (BY_ROLLBACK.has(check)) return { by: "rollback" };
  const operation = Object.hasOwn(BY_OPERATION, check) ? BY_OPERATION[check] : undefined;
  if (operation !== undefined) return { by: "operation", operation };
  const slo = Object.hasOwn(BY_SLO, check) ? BY_SLO[check] : undefined;
  if (slo !== undefined) return { by: "slo", slo };
  if (!Object.hasOwn(BY_CANARY, check)) return null;
  const measured = BY_CANARY[check];
  const kpi = kpis.find((each) => ("of" in each ? each.of : each.kind) === measured);
  return { by: "canary", kpi: kpi?.id ?? null };
}

/** Every check that is decided after the cutover. */
export const AFTER_CUTOVER: readonly CheckId[] = [
  ...Object.keys(BY_CANARY),
  ...BY_ROLLBACK,
  ...Object.keys(BY_OPERATION),
  ...Object.keys(BY_SLO),
];
