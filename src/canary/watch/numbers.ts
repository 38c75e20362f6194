import type { KpiReport } from "#src/canary/kpi-report";
import type { KpiNumbers } from "#src/canary/watch/events";

const finite = (value: number | null): number | null => (value !== null && Number.isFinite(value) ? value : null);

/** A KPI's numbers as the journal can keep them: it knows no infinity. */
export const numbersOf = ({ id, standing, value, baseline, logE, bar, n }: KpiReport): KpiNumbers => ({
  kpi: id,
  standing,
  value: finite(value),
  baseline: finite(baseline),
  beyond: value === Number.POSITIVE_INFINITY,
  logE: finite(logE),
  bar: finite(bar),
  n,
});
