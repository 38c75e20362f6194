import { SEGMENTS } from "#src/canary/evidence";
import { breachBar, healthyBar } from "#src/canary/kpi";

/** What it takes beyond the bar to be likely there: what 16 stakes and 80 % power cost. */
const OVERHEAD = 2.5;
const POWER_80 = 0.84;

/** √(2(bar + 2.5)) + .84: how many standard errors an effect has to be. */
const standardErrors = (bar: number): number => Math.sqrt(2 * (bar + OVERHEAD)) + POWER_80;

/**
 * The smallest effect that a KPI would show with 80 % power: σ_D (√(2(ln(1/(w α)) + 2.5 + ln 8)) + .84) / √n, in the units of D. `sumSquares`:
 * Σ (D − mean D)². Two outcomes at the ends of the `range` are added to it: equal pairs alone would make any sample look infinitely sharp.
 */
export function detectableEffect(
  { n, sumSquares, range }: { readonly n: number; readonly sumSquares: number; readonly range: number },
  weight: number,
  alpha: number,
): number | null {
  if (n < 2) return null;
  const sd = Math.sqrt((sumSquares + (range * range) / 2) / n);
  return (sd * standardErrors(breachBar(weight, alpha) + Math.log(SEGMENTS))) / Math.sqrt(n);
}

/** The usual spread of a difference between two paired F1 scores. */
export const USUAL_SD = 0.18;

/** Distinct pairs that it takes to prove a candidate, in truth equal, better than `tolerance` at level α with 80 % power. */
export const pairsToProve = (tolerance: number, alpha: number, sd = USUAL_SD): number =>
  Math.ceil(((sd * standardErrors(healthyBar(alpha))) / tolerance) ** 2);
