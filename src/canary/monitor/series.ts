import { BUCKET_MS } from "#src/canary/clock";
import type { CanaryPolicy, Kpi } from "#src/canary/kpi";
import { type LatencySketch, latencyQuantile } from "#src/canary/latency-sketch";
import { type BucketFigures, mergeFigures, type Sums } from "#src/canary/monitor/bucket-figures";
import { P95 } from "#src/canary/tail-test";
import type { SeriesPoint } from "#src/canary/watch/view";

export type StoredBucket = { readonly bucket: number; readonly figures: BucketFigures };

const BUCKETS_PER_HOUR = 3_600_000 / BUCKET_MS;
/** Standard errors to each side within which 19 of 20 means lie that differ by chance alone. */
const WIDTH = 1.96;

/**
 * Hours of the canary's clock, counted from its first bucket, as points at their beginnings. An hour in which nothing was closed has no point.
 * p95 is that of the hour by itself.
 */
export function seriesOf(
  { kpis }: CanaryPolicy,
  first: number,
  buckets: readonly StoredBucket[],
): Record<string, readonly SeriesPoint[]> {
  const hours = [...Map.groupBy(buckets, ({ bucket }) => Math.floor((bucket - first) / BUCKETS_PER_HOUR))]
    .sort(([a], [b]) => a - b)
    .map(([hour, members]) => ({
      at: (first + hour * BUCKETS_PER_HOUR) * BUCKET_MS,
      figures: mergeFigures(members.map(({ figures }) => figures)),
    }));
  return Object.fromEntries(
    kpis.map((kpi) => [kpi.id, hours.map(({ at, figures }) => ({ at, ...pointOf(kpi, figures) }))]),
  );
}

function pointOf(kpi: Kpi, { requests, latency, kpis }: BucketFigures): Omit<SeriesPoint, "at"> {
  if (kpi.kind === "p95-ratio") {
    return {
      value: latencyQuantile(latency.canary, P95),
      baseline: latencyQuantile(latency.baseline, P95),
      band: tailBand(latency.baseline),
    };
  }
  if (kpi.kind === "traffic-split") {
    const all = requests.baseline + requests.canary;
    return { value: requests.canary / all, baseline: requests.baseline / all, band: null };
  }
  const sums = kpis[kpi.id];
  if (sums === undefined) return { value: null, baseline: null, band: null };
  // What must not happen is counted.
  const shown = ([n, sum]: Sums) => (n === 0 ? null : kpi.kind === "zero" ? sum : sum / n);
  return {
    value: shown(sums.canary),
    baseline: shown(sums.baseline),
    band: kpi.kind === "zero" ? null : meanBand(sums.baseline),
  };
}

function meanBand([n, sum, squares]: Sums): number | null {
  if (n < 2) return null;
  const variance = Math.max(0, squares - (sum * sum) / n) / (n - 1);
  return WIDTH * Math.sqrt(variance / n);
}

/** Half of what lies between the two ranks that enclose the quantile in 19 of 20 samples; null where one of them doesn't exist, or failed. */
function tailBand(latency: LatencySketch): number | null {
  const n = latency.finite + latency.failed;
  if (n < 2) return null;
  const reach = WIDTH * Math.sqrt((P95 * (1 - P95)) / n);
  if (P95 + reach >= 1) return null;
  const [low, high] = [latencyQuantile(latency, P95 - reach), latencyQuantile(latency, P95 + reach)];
  return low === null || high === null || high === Number.POSITIVE_INFINITY ? null : (high - low) / 2;
}
