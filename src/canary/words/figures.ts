import type { KpiReport } from "#src/canary/kpi-report";
import type { KpiNumbers } from "#src/canary/watch/events";
import type { CanaryView } from "#src/canary/watch/view";

/** A KPI's numbers, wherever they come from; a p95 among the failed is Infinity. */
export type Figures = Pick<KpiReport, "standing" | "value" | "baseline" | "logE" | "bar" | "n">;

export const fromNumbers = ({ standing, value, baseline, beyond, logE, bar, n }: KpiNumbers): Figures => ({
  standing,
  value: beyond ? Number.POSITIVE_INFINITY : value,
  baseline,
  logE,
  bar,
  n,
});

/** As the monitor sees it; without a monitor as the journal last had it; null: never looked at. */
export function figuresOf({ canary, sight }: Pick<CanaryView, "canary" | "sight">, id: string): Figures | null {
  const seen = sight?.kpis.find((kpi) => kpi.id === id);
  if (seen !== undefined) return seen;
  const numbers = Object.hasOwn(canary.standings, id) ? canary.standings[id] : undefined;
  const found = numbers ?? canary.breaches.find(({ kpi }) => kpi === id)?.numbers;
  return found === undefined ? null : fromNumbers(found);
}
