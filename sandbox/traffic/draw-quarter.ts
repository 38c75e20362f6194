import type { Arm, Asked, Samples } from "#sandbox/traffic/samples";

/** A line of POST /v1/observations (docs/canary.md). */
export type ObservationLine = {
  readonly at: string;
  readonly arm: Arm;
  readonly trace_id: string;
  readonly latency_s: number;
  readonly error?: string;
};

export const QUARTER_MS = 15 * 60_000;
const HOUR_MS = 3_600_000;
/** Requests of an hour come to this much more at three in the afternoon, and less at three in the night; so does each answer's time. */
const SWING = { rate: 0.4, latency: 0.2 };
const BUSIEST_HOUR = 15;
/** Standard deviation of the logarithm of what an answer's time is scattered by: no two are equal. */
const SCATTER = 0.1;

/** From −1 at three in the night (UTC) to 1 at three in the afternoon. */
export function swingAt(at: number): number {
  const hour = (at / HOUR_MS) % 24;
  return Math.cos(((hour - BUSIEST_HOUR) / 24) * 2 * Math.PI);
}

/** How many users ask within these milliseconds: the rate per hour of one arm, with its daily swing. */
export function requestsIn(from: number, to: number, perHour: number): number {
  return Math.round(((to - from) / HOUR_MS) * perHour * (1 + SWING.rate * swingAt((from + to) / 2)));
}

export type DrawOptions = {
  readonly from: number;
  readonly to: number;
  /** What each user asks, one a request; each of both arms. All of them have samples. */
  readonly queries: readonly string[];
  readonly samples: Samples;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly traceId: () => string;
};

/**
 * What the users of a quarter of an hour saw, in the order of time. Errors and what is told of an answer are those of a real answer to the same
 * question; its time is drawn: one of the baseline's measured times, times how much slower the candidate was measured, the hour's swing and
 * a scatter.
 */
export function drawQuarter(options: DrawOptions): readonly ObservationLine[] {
  const { from, to, queries, samples, random, traceId } = options;
  const times = samples.latencies();
  const slowness = { baseline: 1, canary: samples.slowness() };
  const swing = 1 + SWING.latency * swingAt((from + to) / 2);
  const line = (arm: Arm, at: number, asked: Asked): ObservationLine => {
    const { error, latencyS, facts } = asked[arm];
    const drawn = pick(times, random) ?? latencyS;
    const latency = drawn * slowness[arm] * swing * Math.exp(SCATTER * normal(random));
    return {
      at: new Date(at).toISOString(),
      arm,
      trace_id: traceId(),
      latency_s: Math.round((error === null ? latency : latencyS) * 1e5) / 1e5,
      ...(error === null ? {} : { error }),
      ...facts,
    };
  };
  return queries
    .flatMap((query) => {
      const asked = pick(samples.of(query), random);
      if (asked === undefined) throw new Error(`nobody has asked: ${query}`);
      const at = from + Math.floor(random() * (to - from));
      // The control repeats what the user asked, right behind.
      const after = Math.min(to - 1, at + 50);
      return [line("canary", at, asked), line("baseline", after, asked)];
    })
    .sort((a, b) => (a.at < b.at ? -1 : 1));
}

export const pick = <T>(list: readonly T[], random: () => number): T | undefined =>
  list[Math.floor(random() * list.length)];

/** Standard normal, by Box and Muller. */
const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
