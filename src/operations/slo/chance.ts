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

/**
 * So many events at least, before a share can be said to be kept: with fewer even a spotless record leaves room for a rate above what is
 * allowed (the "rule of three": none among n bounds the rate by 3/n, at 95 %).
 */
export const leastEvents = (allowed: number): number => Math.ceil(3 / allowed - 1e-9);

/** What a target leaves, without the last bits that 1 − 0.995 brings along. */
export const rest = (target: number): number => Number((1 - target).toFixed(12));
