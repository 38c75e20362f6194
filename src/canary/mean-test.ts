import { logMcNemar } from "#src/canary/bernoulli-test";
import { addOutcome, BETS, logBets } from "#src/canary/bounded-mean";
import { addPairValues, type Evidence, logOverStarts, newEvidence } from "#src/canary/evidence";
import type { MeanKpi } from "#src/canary/kpi";

/** Lost and won. */
const DISCORDANT = 2;

export const newMean = ({ kind }: MeanKpi): Evidence => newEvidence(kind === "paired-binary" ? DISCORDANT : BETS, BETS);

/**
 * A pair of scores. Breach, H0: μ_c ≥ μ_b − m, by D = X_c − X_b + m over d = 1 + m; a binary score with margin 0 by its discordant pairs.
 * Healthy, H0: μ_c ≤ μ_b − τ, by D′ = X_b − X_c − τ over d′ = 1 − τ, over the whole window and never begun anew.
 */
export function addMeanPair(evidence: Evidence, kpi: MeanKpi, segment: number, baseline: number, canary: number): void {
  addPairValues(evidence, baseline, canary);
  const loss = baseline - canary;
  if (kpi.kind === "paired-binary") {
    const at = segment * DISCORDANT + (loss > 0 ? 0 : 1);
    evidence.breach[at] = (evidence.breach[at] ?? 0) + Math.abs(loss);
  } else {
    addOutcome(evidence.breach, segment * BETS, (kpi.threshold - loss) / (1 + kpi.threshold));
  }
  addOutcome(evidence.healthy, 0, (loss - kpi.tolerance) / (1 - kpi.tolerance));
}

export const logMeanBreach = ({ breach }: Evidence, { kind }: MeanKpi): number =>
  kind === "paired-binary"
    ? logOverStarts(breach, ([lost = 0, won = 0]) => logMcNemar(lost, won))
    : logOverStarts(breach, logBets);

export const logMeanHealthy = ({ healthy }: Evidence): number => logBets(healthy);
