/** One request, end to end. `failed`: an error or a timeout, however fast it came. */
export type Request = { readonly seconds: number; readonly failed: boolean };

export type Latency = {
  /** Seconds. `Infinity`: so many failed that this percentile is among them. Null without requests. */
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly requests: number;
  /** 0 to 1; null without requests. */
  readonly failedShare: number | null;
};

/**
 * Percentiles by nearest rank, over all requests. A failed one never came to an answer: it counts as +∞. At their elapsed time
 * 30 % of fast errors once *lowered* the p95.
 */
export function latencyOf(requests: readonly Request[]): Latency {
  const seconds = requests
    .map(({ seconds, failed }) => (failed || Number.isNaN(seconds) ? Number.POSITIVE_INFINITY : seconds))
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const at = (share: number): number | null => seconds[Math.max(0, Math.ceil(share * seconds.length) - 1)] ?? null;
  const failed = seconds.filter((value) => value === Number.POSITIVE_INFINITY).length;
  return {
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    requests: seconds.length,
    failedShare: seconds.length === 0 ? null : failed / seconds.length,
  };
}

/** For a JSON document, which knows no infinity: the number, or the word that says what it is. */
export function secondsOrUnanswered(seconds: number | null): number | "unanswered" | null {
  return seconds === Number.POSITIVE_INFINITY ? "unanswered" : seconds;
}
