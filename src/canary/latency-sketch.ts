/**
 * Quantiles of latencies in bounded memory: bins of 1/2048 of an octave (0.03 % wide), of which each keeps its count and the largest value
 * in it. Where measured times are rounded more coarsely than that, quantiles are exact. Parallel arrays, sorted by bin: plain JSON.
 */
export type LatencySketch = { bins: number[]; counts: number[]; largest: number[]; finite: number; failed: number };

export const newSketch = (): LatencySketch => ({ bins: [], counts: [], largest: [], finite: 0, failed: 0 });

const PER_OCTAVE = 2048;
/** Seconds; what is shorter falls into one bin. With the longest latency that is accepted there are at most 55,000 bins. */
const SHORTEST = 1e-4;

/** `seconds` Infinity: failed. */
export function addLatency(sketch: LatencySketch, seconds: number): void {
  if (seconds === Number.POSITIVE_INFINITY) {
    sketch.failed++;
    return;
  }
  addToBin(sketch, Math.floor(Math.log2(Math.max(SHORTEST, seconds)) * PER_OCTAVE), 1, seconds);
}

/** Adds all that another one holds. */
export function addSketch(sketch: LatencySketch, { bins, counts, largest, failed }: LatencySketch): void {
  sketch.failed += failed;
  for (const [place, bin] of bins.entries()) addToBin(sketch, bin, counts[place] ?? 0, largest[place] ?? 0);
}

function addToBin(sketch: LatencySketch, bin: number, count: number, longest: number): void {
  sketch.finite += count;
  const place = placeOf(sketch.bins, bin);
  if (sketch.bins[place] === bin) {
    sketch.counts[place] = (sketch.counts[place] ?? 0) + count;
    sketch.largest[place] = Math.max(sketch.largest[place] ?? 0, longest);
    return;
  }
  sketch.bins.splice(place, 0, bin);
  sketch.counts.splice(place, 0, count);
  sketch.largest.splice(place, 0, longest);
}

/** By nearest rank, over all requests; Infinity where it is among the failed. Null without requests. */
export function latencyQuantile({ counts, largest, finite, failed }: LatencySketch, share: number): number | null {
  const all = finite + failed;
  if (all === 0) return null;
  const rank = Math.max(1, Math.ceil(share * all));
  if (rank > finite) return Number.POSITIVE_INFINITY;
  // From above: the quantile that is asked for lies near the end.
  let atMost = finite;
  for (let place = counts.length - 1; place >= 0; place--) {
    atMost -= counts[place] ?? 0;
    if (atMost < rank) return largest[place] ?? null;
  }
  return largest[0] ?? null;
}

/** Where `bin` is in the sorted list, or would be. */
function placeOf(bins: readonly number[], bin: number): number {
  let [low, high] = [0, bins.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((bins[middle] ?? 0) < bin) low = middle + 1;
    else high = middle;
  }
  return low;
}
