import { logScaledBeta } from "#src/canary/log-space";

/** For how many units, and at which level, the mixture is tuned. It is valid at any time for any; here it is most powerful. */
const T_OPT = 500;
const ALPHA_OPT = 0.05;
/** Of all pairs only the discordant ones count, so the test is tuned for fewer. */
const MCNEMAR_T_OPT = 100;

/**
 * ln E that a rate is above `p0`, after `k` of `n`, both possibly fractional (`k` a sum of unit rates in [0, 1]). At any time, however
 * often one looks, E ≥ 1/α has a probability of at most α while the rate is at most `p0`.
 *
 * Beta-binomial mixture over rates above p0 (Howard, Ramdas, McAuliffe & Sekhon, "Time-uniform, nonparametric, nonasymptotic confidence
 * sequences", 2021): with h = 1 − p0, v = p0 h t, ρ = v / (2 ln(1/2α) + ln(1 + 2 ln(1/2α))), r = max(ρ − p0 h, p0 h / 1000),
 * a = r/p0, b = r/h: E = B_h(a + n − k, b + k) / B_h(a, b) · p0^−k h^−(n−k). All powers of p0 and h cancel and are left out.
 */
export function logBernoulli(k: number, n: number, p0: number, tOpt = T_OPT, alphaOpt = ALPHA_OPT): number {
  if (!(p0 > 0 && p0 < 1)) throw new RangeError(`a bar of ${p0} leaves nothing to test; expected 0 < p0 < 1`);
  if (!(k >= 0 && n >= k)) throw new RangeError(`${k} of ${n} is no count`);
  const h = 1 - p0;
  const level = 2 * Math.log(1 / (2 * alphaOpt));
  const rho = (p0 * h * tOpt) / (level + Math.log1p(level));
  const r = Math.max(rho - p0 * h, 1e-3 * p0 * h);
  const [a, b] = [r / p0, r / h];
  return logScaledBeta(h, a + n - k, b + k) - logScaledBeta(h, a, b);
}

/**
 * Sequential McNemar test: ln E that the candidate loses more than it wins, on the discordant pairs. `lost`: Σ max(D, 0), `won`:
 * Σ max(−D, 0) with D = X_b − X_c. For values that are 0 or 1 these are counts; for others in between the test stays valid for H0: mean D ≤ 0,
 * as (2p)^D ≤ 1 + D(2p − 1) and likewise for wins.
 */
export const logMcNemar = (lost: number, won: number): number => logBernoulli(lost, lost + won, 0.5, MCNEMAR_T_OPT);
