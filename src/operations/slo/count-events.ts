import { atPeak, type Bars } from "#src/operations/slo/bars";
import { rest } from "#src/operations/slo/chance";
import type { Figures } from "#src/operations/slo/figures";
import { countAll, countOver } from "#src/operations/slo/histogram";
import type { TimedFigures } from "#src/operations/slo/inputs";
import type { SloPolicy } from "#src/operations/slo/policy";

/** SLOs that are counted request by request. */
export const RATIO_SLOS = [
  "answered",
  "tool_retries",
  "degradation",
  "p95_latency",
  "embedding_latency",
  "throughput",
] as const;
export type RatioSlo = (typeof RATIO_SLOS)[number];

export type Counted = { readonly events: number; readonly bad: number };

/** A p95 within a bar is 95 % of the requests within it. */
const PERCENTILE_ALLOWED = 0.05;

/** The share of bad events that an SLO allows; null where its baseline isn't known. */
export function allowedOf(slo: RatioSlo, { objectives }: SloPolicy, bars: Bars): number | null {
  switch (slo) {
    case "answered":
      return rest(objectives.answeredMin);
    case "tool_retries":
      return objectives.toolRetriesMax;
    case "degradation":
      return bars.latencyS === null ? null : rest(objectives.degradationMin);
    case "p95_latency":
      return bars.latencyS === null ? null : PERCENTILE_ALLOWED;
    case "embedding_latency":
      return PERCENTILE_ALLOWED;
    case "throughput":
      return bars.throughputAllowed;
  }
}

/** Events and bad ones in times of `hours` each. */
export function countEvents(
  slo: RatioSlo,
  times: readonly TimedFigures[],
  hours: number,
  { objectives }: SloPolicy,
  bars: Bars,
): Counted {
  const all = times.map(({ figures }) => figures);
  switch (slo) {
    case "answered":
      return unanswered(all);
    case "tool_retries": {
      const retries = total(all, (figures) => figures.retries);
      return { events: total(all, ({ calls }) => calls) + retries, bad: retries };
    }
    case "degradation":
      // The service says itself that it had too much to do.
      return slowOrLost(
        all.filter(({ rejected }) => rejected > 0),
        (bars.latencyS ?? Number.POSITIVE_INFINITY) * objectives.degradationSlower,
      );
    case "p95_latency":
      return tooSlow(all, bars.latencyS ?? Number.POSITIVE_INFINITY);
    case "embedding_latency": {
      return {
        events: total(all, ({ embedding }) => countAll(embedding)),
        bad: total(all, ({ embedding }) => countOver(embedding, bars.embeddingMs)),
      };
    }
    case "throughput":
      return unanswered(atPeak(times, bars.peak ?? Number.POSITIVE_INFINITY, hours));
  }
}

/** Added up figure by figure: to merge the histograms of a month only to count in them would cost a look the most. */
const total = (all: readonly Figures[], of: (figures: Figures) => number): number =>
  all.reduce((sum, figures) => sum + of(figures), 0);

const lost = ({ offered, answered }: Figures): number => offered - answered;

const unanswered = (all: readonly Figures[]): Counted => ({
  events: total(all, ({ offered }) => offered),
  bad: total(all, lost),
});

/** Of everybody who asked; an answer whose time nobody measured is taken as one in time. */
const slowOrLost = (all: readonly Figures[], bar: number): Counted => ({
  events: total(all, ({ offered }) => offered),
  bad: total(all, (figures) => lost(figures) + countOver(figures.latency, bar)),
});

/** Of those whose time is known; who got no answer waited longer than any bar. */
const tooSlow = (all: readonly Figures[], bar: number): Counted => ({
  events: total(all, (figures) => lost(figures) + countAll(figures.latency)),
  bad: total(all, (figures) => lost(figures) + countOver(figures.latency, bar)),
});
