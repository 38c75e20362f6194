import { DEFAULT_POLICY } from "#src/canary/default-policy";
import type { CanaryPolicy } from "#src/canary/kpi";
import { type CanaryConfig, toKpi } from "#src/config/canary-config";

/** The `canary` block of quality_gates.yaml as the canary takes it, KPIs in the order of the file; without a block the defaults. */
export function toCanaryPolicy(config: CanaryConfig | undefined): CanaryPolicy {
  if (config === undefined) return DEFAULT_POLICY;
  const { alpha, duration_hours, kpis } = config;
  return {
    alpha,
    durationHours: duration_hours,
    kpis: Object.entries(kpis).map(([id, each]) => toKpi(id, each)),
  };
}

/** Owners that no role of golive.yaml is called, with the path to each. */
export function unknownOwners(
  config: CanaryConfig | undefined,
  roles: readonly string[],
): { readonly path: readonly string[]; readonly owner: string }[] {
  return Object.entries(config?.kpis ?? {})
    .filter(([, { owner }]) => !roles.includes(owner))
    .map(([id, { owner }]) => ({ path: ["canary", "kpis", id, "owner"], owner }));
}
