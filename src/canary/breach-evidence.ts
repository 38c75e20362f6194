import { isPinned, logBreadthBreach } from "#src/canary/breadth-test";
import type { CanaryState } from "#src/canary/canary-state";
import type { Evidence } from "#src/canary/evidence";
import type { Kpi } from "#src/canary/kpi";
import { logMeanBreach, logMeanHealthy } from "#src/canary/mean-test";
import { logBandBreach, logRateBreach } from "#src/canary/rate-test";
import { logTailBreach, logTailHealthy } from "#src/canary/tail-test";
import { logTrafficSplit } from "#src/canary/traffic-split";

/** `log`: ln E of the breach at this moment, null where nothing is tested. `certain`: seen, not inferred. */
export type BreachEvidence = { readonly log: number | null; readonly certain: boolean };

export function breachEvidence(kpi: Kpi, state: CanaryState): BreachEvidence {
  const evidence = evidenceOf(kpi, state);
  switch (kpi.kind) {
    case "bounded-mean":
    case "paired-binary":
      return { log: logMeanBreach(evidence, kpi), certain: false };
    case "p95-ratio":
      return { log: logTailBreach(evidence), certain: false };
    case "rate":
      return { log: logRateBreach(evidence, kpi), certain: false };
    case "band":
      return { log: logBandBreach(evidence, kpi), certain: false };
    case "breadth": {
      const { baseline, canary } = state.breadth;
      return { log: logBreadthBreach(evidence), certain: isPinned(baseline, canary) };
    }
    case "zero":
      return { log: null, certain: evidence.canary > 0 };
    case "traffic-split": {
      const counts = [evidence.n, evidence.baselineN];
      return { log: logTrafficSplit(counts, [kpi.share, 1 - kpi.share]), certain: false };
    }
  }
}

/** ln E, over the whole window, that the KPI is better than its tolerance; null where it has none. */
export function healthyEvidence(kpi: Kpi, state: CanaryState): number | null {
  const evidence = evidenceOf(kpi, state);
  switch (kpi.kind) {
    case "bounded-mean":
    case "paired-binary":
      return logMeanHealthy(evidence);
    case "p95-ratio":
      return logTailHealthy(evidence);
    case "rate":
    case "band":
    case "breadth":
    case "zero":
    case "traffic-split":
      return null;
  }
}

export function evidenceOf({ id }: Kpi, { evidence }: CanaryState): Evidence {
  const found = evidence[id];
  if (found === undefined) throw new Error(`the state holds no evidence of ${id}: it is of another policy`);
  return found;
}
