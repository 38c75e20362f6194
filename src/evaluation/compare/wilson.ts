import type { Interval } from "#src/evaluation/compare/paired-difference";

/** The standard normal's 97.5 % quantile. */
const Z = 1.959963984540054;

/**
 * The 95 % score interval of a share among `n`: it behaves near 0 and 1, where the usual one doesn't (Wilson, "Probable inference, the law of
 * succession, and statistical inference", JASA 22, 1927; Brown, Cai & DasGupta 2001). `n` need not be whole. With n = 0: 0 to 1.
 */
export function wilson(share: number, n: number): Interval {
  if (n <= 0) return { low: 0, high: 1 };
  const z2 = Z * Z;
  const centre = (share + z2 / (2 * n)) / (1 + z2 / n);
  const half = (Z / (1 + z2 / n)) * Math.sqrt((share * (1 - share)) / n + z2 / (4 * n * n));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}
