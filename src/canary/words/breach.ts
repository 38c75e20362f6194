import type { Kpi } from "#src/canary/kpi";
import type { Breach } from "#src/canary/watch/state";
import type { CanaryView } from "#src/canary/watch/view";
import { oddsWords } from "#src/canary/words/evidence";
import { type Figures, figuresOf, fromNumbers } from "#src/canary/words/figures";
import { countedWords, findKpi, kpiName } from "#src/canary/words/names";
import { hoursText } from "#src/canary/words/time";
import { percent, points, sayThreshold, sayValue } from "#src/canary/words/values";
import type { Instant } from "#src/release/policy";

/** What a breach comes to, in pieces that a medium can set in its own way. Plain text: nothing is escaped. */
export type BreachWords = {
  /** "F1 is below the baseline". */
  readonly what: string;
  /** ".56 against .61", "threshold .61", "proven: 1 in 4,000 if nothing were wrong", "1,240 graded pairs", "6 h 40 in". */
  readonly facts: readonly string[];
  /** End of the bucket in which it was proven. */
  readonly at: Instant;
};

/** The words of the breach as it was found; null where the canary has none of this KPI. */
export function breachWords(view: Pick<CanaryView, "canary">, id: string): BreachWords | null {
  const breach = view.canary.breaches.find(({ kpi }) => kpi === id);
  if (breach === undefined) return null;
  const kpi = findKpi(view, id);
  const figures = fromNumbers(breach.numbers);
  const facts = kpi === null ? [] : factsOf(kpi, figures);
  return {
    what: kpi === null ? `${id} is breached` : breachHead(kpi, figures),
    facts: [...facts, `${hoursText(breach.finding.hours)} in`],
    at: breach.at,
  };
}

/** The whole point in one sentence: "F1 is below the baseline in the canary of support-docs: .56 against .61 (threshold .61, …)". */
export function sayBreach(view: Pick<CanaryView, "canary">, id: string, when: (at: Instant) => string): string {
  const words = breachWords(view, id);
  if (words === null) return `${id} is not breached.`;
  const [seen, ...rest] = words.facts;
  const details = rest.length === 0 ? "" : ` (${rest.join(", ")})`;
  return `${words.what} in the canary of ${view.canary.service}: ${seen ?? "seen"}${details}, since about ${when(words.at)}.`;
}

/** How it looks by now, once it looks better; null while it doesn't. A proof is not taken back by it. */
export function sayRecovery(view: Pick<CanaryView, "canary" | "sight">, breach: Pick<Breach, "kpi">): string | null {
  const kpi = findKpi(view, breach.kpi);
  const now = figuresOf(view, breach.kpi);
  if (kpi === null || now === null || now.logE === null || now.bar === null || now.logE >= now.bar) return null;
  return `By now ${against(kpi, now)}: the evidence has become less (${oddsWords(now.logE)}). A proof is not taken back by that.`;
}

function breachHead(kpi: Kpi, figures: Figures): string {
  const name = capital(kpiName(kpi));
  switch (kpi.kind) {
    case "bounded-mean":
    case "paired-binary":
      return kpi.threshold === 0
        ? `${name} is below the baseline`
        : `${name} is more than ${points(kpi.threshold)} below the baseline`;
    case "p95-ratio":
      return `${name} is more than ${kpi.threshold} × the baseline's`;
    case "rate":
      return `${name}: fewer than ${percent(kpi.threshold)}`;
    case "band":
      return `${name} is outside ${sayThreshold(kpi, null)}`;
    case "breadth":
      // Below the bar it wasn't the mean that was proven: the same number came again and again.
      return figures.logE !== null && figures.bar !== null && figures.logE >= figures.bar
        ? `${name} is more than ${percent(kpi.threshold)} off the baseline's`
        : `${name} is pinned to one number`;
    case "zero":
      return `${name} must not happen, and did`;
    case "traffic-split":
      return `${name} is not ${percent(kpi.share)}`;
  }
}

function factsOf(kpi: Kpi, figures: Figures): string[] {
  const counted = countedWords(kpi, figures.n);
  if (kpi.kind === "zero") return [`${sayValue(kpi, figures.value)} seen`, "the first one is a breach", counted];
  const proven =
    figures.logE !== null && figures.bar !== null && figures.logE >= figures.bar
      ? `proven: ${oddsWords(figures.logE)}`
      : "seen, not inferred";
  return [against(kpi, figures), `threshold ${sayThreshold(kpi, figures.baseline)}`, proven, counted];
}

/** ".56 against .61": beside the baseline, where there is one. */
export function against(kpi: Kpi, { value, baseline }: Pick<Figures, "value" | "baseline">): string {
  const own = sayValue(kpi, value);
  return baseline === null ? own : `${own} against ${sayValue(kpi, baseline)}`;
}

export const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
