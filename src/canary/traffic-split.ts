import { logGamma } from "#src/canary/log-space";

/**
 * ln E that traffic does not fall as `shares` say (they add up to 1): sequential multinomial test with a uniform Dirichlet prior, a_i = 1.
 * E = Γ(Σa)/Γ(Σa+n) · Π Γ(a_i+n_i)/Γ(a_i) · Π θ_i^−n_i (Lindon & Malek, "Anytime-valid inference for multinomial count data", 2022).
 */
export function logTrafficSplit(counts: readonly number[], shares: readonly number[]): number {
  if (counts.length !== shares.length || counts.length < 2)
    throw new RangeError("one count for each share, at least two");
  const n = counts.reduce((sum, count) => sum + count, 0);
  let log = logGamma(counts.length) - logGamma(counts.length + n);
  for (const [index, count] of counts.entries()) {
    const share = shares[index] ?? 0;
    if (count > 0 && !(share > 0)) return Number.POSITIVE_INFINITY;
    log += logGamma(1 + count) - (count === 0 ? 0 : count * Math.log(share));
  }
  return log;
}
