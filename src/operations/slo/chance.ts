import { logBeta, logScaledBeta } from "#src/canary/log-space";

/** ln P(X ≥ bad) for `events` independent ones of which each is bad with probability `share`: the regularised I_share(bad, events − bad + 1). */
export function logTail(bad: number, events: number, share: number): number {
  if (bad <= 0) return 0;
  if (bad > events || share <= 0) return Number.NEGATIVE_INFINITY;
  if (share >= 1) return 0;
  const rest = events - bad + 1;
  const powers = bad * Math.log(share) + rest * Math.log1p(-share);
  return Math.min(0, logScaledBeta(share, bad, rest) + powers - logBeta(bad, rest));
}

/** Of the normal distribution, two-sided 95 %. */
const Z = 1.959964;

/** Wilson's interval of a share: it behaves near 0 and 1, where the usual one doesn't (Wilson 1927; Brown, Cai & DasGupta 2001). */
export function wilson(good: number, n: number): { readonly low: number; readonly high: number } {
  if (n === 0) return { low: 0, high: 1 };
  const share = good / n;
  const square = Z ** 2;
  const middle = (share + square / (2 * n)) / (1 + square / n);
  const half = (Z / (1 + square / n)) * Math.sqrt((share * (1 - share)) / n + square / (4 * n ** 2));
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

/**
 * So many events at least, before a share can be said to be kept: with fewer even a spotless record leaves room for a rate above what is
 * allowed (the "rule of three": none among n bounds the rate by 3/n, at 95 %).
 */
export const leastEvents = (allowed: number): number => Math.ceil(3 / allowed - 1e-9);

/** What a target leaves, without the last bits that 1 − 0.995 brings along. */
export const rest = (target: number): number => Number((1 - target).toFixed(12));
