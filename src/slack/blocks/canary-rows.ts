import type { Kpi } from "#src/canary/kpi";
import type { KpiStanding } from "#src/canary/kpi-report";
import type { CanaryView } from "#src/canary/watch/view";
import { type Figures, figuresOf } from "#src/canary/words/figures";
import { standingWord } from "#src/canary/words/names";
import { type Mark, marked } from "#src/slack/blocks/words";

const NOTHING: Figures = { standing: "unknown", value: null, baseline: null, logE: null, bar: null, n: 0 };

/** One KPI as it is shown, with what is known of it now. */
export type KpiRow = Figures & { readonly kpi: Kpi };

const ORDER: readonly KpiStanding[] = ["breach", "watching", "unknown", "healthy"];

/** Every KPI of the canary's policy, what needs people first: breaches, then what crosses its threshold, what nobody knows, the healthy. */
export function kpiRows(view: CanaryView): KpiRow[] {
  return view.canary.policy.kpis
    .map((kpi) => ({ ...(figuresOf(view, kpi.id) ?? NOTHING), kpi }))
    .toSorted((a, b) => ORDER.indexOf(a.standing) - ORDER.indexOf(b.standing));
}

const EMOJI: Readonly<Record<KpiStanding, string>> = { breach: "🛑", watching: "🟡", unknown: "", healthy: "✅" };

/** "🛑 breach", "no data". */
export function standingText({ standing, n }: Pick<KpiRow, "standing" | "n">): string {
  const mark: Mark = { emoji: EMOJI[standing], word: standingWord(standing, n) };
  return marked(mark);
}
