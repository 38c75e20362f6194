const sortedUp = (values: readonly number[]): readonly number[] => values.toSorted((a, b) => a - b);

/** The value that `share` (0 to 1) of all values don't exceed, by nearest rank: always one that was measured. NaN for none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = sortedUp(values);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** The middle value; between two, the mean of them. NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = sortedUp(values);
  const upper = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[sorted.length % 2 === 1 ? upper : upper - 1], sorted[upper]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
}
