import type { Kpi } from "#src/canary/kpi";
import { needsGold, scoreOf } from "#src/canary/observation";
import type { ArmPair } from "#src/canary/pair-arms";

/**
 * The pairs that counted for a KPI in a bucket: of a question with a gold answer the first that both arms have a score of, and only where it
 * hadn't counted in an earlier bucket (`isNew`).
 */
export function countedPairs(kpi: Kpi, pairs: readonly ArmPair[], isNew: (question: string) => boolean): ArmPair[] {
  if (kpi.kind !== "bounded-mean" && kpi.kind !== "paired-binary") return [...pairs];
  const seen = new Set<string>();
  return pairs.filter(({ baseline, canary }) => {
    if (scoreOf(baseline, kpi.of) === null || scoreOf(canary, kpi.of) === null) return false;
    const { queryId } = canary;
    if (queryId === null || !needsGold(kpi.of)) return true;
    if (seen.has(queryId) || !isNew(queryId)) return false;
    seen.add(queryId);
    return true;
  });
}
