import type { Kpi } from "#src/canary/kpi";
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

/** What decides this check after the cutover, with the first KPI that measures it; null: it isn't one of these. */
export function decidedAfter(
  check: CheckId,
  kpis: readonly Kpi[],
): { readonly by: "rollback" } | { readonly by: "canary"; readonly kpi: string | null } | null {
  if (BY_ROLLBACK.has(check)) return { by: "rollback" };
  if (!Object.hasOwn(BY_CANARY, check)) return null;
  const measured = BY_CANARY[check];
  const kpi = kpis.find((each) => ("of" in each ? each.of : each.kind) === measured);
  return { by: "canary", kpi: kpi?.id ?? null };
}

/** Every check that is decided after the cutover. */
export const AFTER_CUTOVER: readonly CheckId[] = [...Object.keys(BY_CANARY), ...BY_ROLLBACK];
