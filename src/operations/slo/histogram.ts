/**
 * How often values fell into bins of 1/64 of an octave (1.1 % wide), as `[bin, count, bin, count, …]` in ascending order: plain JSON, a few
 * hundred numbers at most for whatever an hour brings, and two of them are added bin by bin. The canary's sketch (`latency-sketch.ts`) is 32
 * times finer, and for an hour of a busy service as large as the hour itself.
 */
export type Histogram = readonly number[];

const PER_OCTAVE = 64;
/** What is less falls into one bin. */
const LEAST = 1e-4;

export const binOf = (value: number): number => Math.floor(Math.log2(Math.max(LEAST, value)) * PER_OCTAVE);
const lowerEdge = (bin: number): number => 2 ** (bin / PER_OCTAVE);

/** Of whole maps of bin → count: the same content has one text. */
export const toHistogram = (bins: ReadonlyMap<number, number>): Histogram => [...bins].sort(([a], [b]) => a - b).flat();

export function addHistogram(bins: Map<number, number>, histogram: Histogram): void {
  for (let place = 0; place < histogram.length; place += 2) {
    const bin = histogram[place] ?? 0;
    bins.set(bin, (bins.get(bin) ?? 0) + (histogram[place + 1] ?? 0));
  }
}

/** Values above `bar`, as far as bins can tell: those in the bar's own bin, at most 1.1 % above it, count as within. */
export function countOver(histogram: Histogram, bar: number): number {
  const last = binOf(bar);
  let over = 0;
  for (let place = histogram.length - 2; place >= 0 && (histogram[place] ?? 0) > last; place -= 2) {
    over += histogram[place + 1] ?? 0;
  }
  return over;
}

export function countAll(histogram: Histogram): number {
  let all = 0;
  for (let place = 1; place < histogram.length; place += 2) all += histogram[place] ?? 0;
  return all;
}

/**
 * By nearest rank over all values and `failed` more that are beyond any: Infinity where it is among those. The lower edge of its bin, so that
 * the p95 is above a bar's bin exactly where more than 5 % count as over it. Null without any.
 */
export function quantile(histogram: Histogram, failed: number, share: number): number | null {
  const finite = countAll(histogram);
  const all = finite + failed;
  if (all === 0) return null;
  const rank = Math.max(1, Math.ceil(share * all - 1e-9));
  if (rank > finite) return Number.POSITIVE_INFINITY;
  let seen = 0;
  for (let place = 0; place < histogram.length; place += 2) {
    seen += histogram[place + 1] ?? 0;
    if (seen >= rank) return lowerEdge(histogram[place] ?? 0);
  }
  return null;
}
