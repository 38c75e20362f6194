import { pairsToProve } from "#src/canary/detectable";
import type { CanaryPolicy } from "#src/canary/kpi";
import { needsGold } from "#src/canary/observation";

/** A KPI that so few questions can hardly prove. `needed`: about how many different ones it takes, with 80 % power. */
export type TooSmall = { readonly kpi: string; readonly tolerance: number; readonly needed: number };

/**
 * To be said before anybody waits 48 hours for what can't come: a wider tolerance is then signed, or people decide at the end. Questions
 * count once, so the size of the gold set is all there is.
 */
export function goldTooSmall({ kpis, alpha }: CanaryPolicy, questions: number): TooSmall[] {
  return kpis.flatMap((kpi) => {
    if (kpi.kind !== "bounded-mean" && kpi.kind !== "paired-binary") return [];
    const needed = pairsToProve(kpi.tolerance, alpha);
    if (!needsGold(kpi.of) || kpi.atEnd === "unrefuted" || questions >= needed) return [];
    return [{ kpi: kpi.id, tolerance: kpi.tolerance, needed }];
  });
}

/** The same in a sentence; null where the questions are enough. */
export function tooSmallSentence(policy: CanaryPolicy, questions: number): string | null {
  const small = goldTooSmall(policy, questions);
  if (small.length === 0) return null;
  const each = small.map(
    ({ kpi, tolerance, needed }) => `${kpi} ${Number((100 * tolerance).toPrecision(3))} points about ${needed}`,
  );
  return (
    `${questions} different questions are few: to prove a tolerance takes, at the usual spread, for ${each.join(", ")}. ` +
    "With fewer a wider tolerance is signed, or people decide at the end."
  );
}
