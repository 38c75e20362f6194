import { logMeanExp } from "#src/canary/log-space";

/** So many bets are made at once: nobody has to know beforehand how large the difference is. */
export const BETS = 16;
const [LEAST, MOST] = [0.01, 0.9];

/** The stakes λ, log-spaced. None is 1 or more, so no single outcome can ruin a bet. */
export const STAKES: readonly number[] = Array.from(
  { length: BETS },
  (_, index) => LEAST * Math.exp((index / (BETS - 1)) * Math.log(MOST / LEAST)),
);

/**
 * Adds one outcome to 16 bets that its mean is below 0: `sums[from + g] += ln(1 − λ_g x)`, x in [−∞, 1], an outcome divided by the most it
 * can be. Under H0: mean ≥ 0 each bet is a supermartingale (Waudby-Smith & Ramdas, "Estimating means of bounded random
 * variables by betting", 2024).
 */
export function addOutcome(sums: number[], from: number, x: number): void {
  if (x === 0) return;
  for (let g = 0; g < BETS; g++) sums[from + g] = (sums[from + g] ?? 0) + Math.log1p(-(STAKES[g] ?? 0) * x);
}

/** ln of the mean of the 16 bets: E_t = (1/16) Σ_g Π_i (1 − λ_g x_i). */
export const logBets = (sums: readonly number[]): number => logMeanExp(sums);
