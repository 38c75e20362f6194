import { rest } from "#src/operations/slo/chance";
import { type Figures, sumOf } from "#src/operations/slo/figures";
import { countAll, quantile } from "#src/operations/slo/histogram";
import type { TimedFigures } from "#src/operations/slo/inputs";
import type { SloPolicy } from "#src/operations/slo/policy";

/** What the window's requests are held to. Null: it isn't known, for the reason in `why`. */
export type Bars = {
  readonly latencyS: number | null;
  readonly embeddingMs: number;
  /** Requests an hour from which on an hour is among the busiest tenth. */
  readonly peak: number | null;
  /** Share of requests that may stay without an answer in those hours. */
  readonly throughputAllowed: number | null;
  readonly why: { readonly latency: string; readonly throughput: string };
};

/** A baseline that rests on fewer requests, or hours, than this says nothing. */
const LEAST_REQUESTS = 1_000;
const LEAST_HOURS = 72;
const PEAK_SHARE = 0.9;

/** `before`: the hours of the window before. */
export function barsOf(
  { objectives, windowDays }: SloPolicy,
  recent: readonly TimedFigures[],
  before: readonly TimedFigures[],
): Bars {
  const baseline = objectives.p95BaselineS ?? measuredP95(before);
  const peak = peakOf(recent);
  const kept = objectives.throughputBaseline ?? measuredThroughput(before);
  const missing = (key: string) =>
    `the ${windowDays} days before hold no baseline yet (${LEAST_HOURS} hours with ${LEAST_REQUESTS} requests): set \`slos.objectives.${key}\`, or wait`;
  return {
    latencyS: baseline === null ? null : baseline * objectives.p95RatioMax,
    embeddingMs: objectives.embeddingMs,
    peak,
    // Never nothing at all: a baseline without a single loss still leaves the points that it may fall.
    throughputAllowed: kept === null ? null : rest(kept - objectives.throughputPoints),
    why: { latency: missing("p95_baseline_s"), throughput: missing("throughput_baseline") },
  };
}

function measuredP95(before: readonly TimedFigures[]): number | null {
  const sum = enough(before);
  if (sum === null || countAll(sum.latency) < LEAST_REQUESTS) return null;
  const found = quantile(sum.latency, sum.offered - sum.answered, 0.95);
  return found === null || !Number.isFinite(found) ? null : found;
}

function measuredThroughput(before: readonly TimedFigures[]): number | null {
  const peak = peakOf(before);
  if (peak === null || enough(before) === null) return null;
  const { offered, answered } = sumOf(atPeak(before, peak, 1));
  return offered === 0 ? null : answered / offered;
}

function enough(hours: readonly TimedFigures[]): Figures | null {
  if (busy(hours).length < LEAST_HOURS) return null;
  const sum = sumOf(hours.map(({ figures }) => figures));
  return sum.offered < LEAST_REQUESTS ? null : sum;
}

const busy = (hours: readonly TimedFigures[]) => hours.filter(({ figures }) => figures.offered > 0);

/** The 90th percentile of requests an hour, over hours in which anybody asked. */
function peakOf(hours: readonly TimedFigures[]): number | null {
  const loads = busy(hours)
    .map(({ figures }) => figures.offered)
    .sort((a, b) => a - b);
  return loads[Math.ceil(PEAK_SHARE * loads.length) - 1] ?? null;
}

/** Figures of times as busy as that; `hours`: how long each of them is. */
export const atPeak = (times: readonly TimedFigures[], peak: number, hours: number): readonly Figures[] =>
  times.map(({ figures }) => figures).filter(({ offered }) => offered > 0 && offered >= peak * hours);
