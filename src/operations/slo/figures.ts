import type { Observation } from "#src/canary/observation";
import { addHistogram, binOf, type Histogram, toHistogram } from "#src/operations/slo/histogram";

/** Whether users asked, or Golive itself did (a canary's probes). */
export type Path = "user" | "probe";

/** What the requests of a time came to: sums only, so that two of them are added and nothing is counted twice. */
export type Figures = {
  /** Everybody who asked; those who got an answer; those who were turned away. */
  readonly offered: number;
  readonly answered: number;
  readonly rejected: number;
  readonly hardTimeouts: number;
  /** Traces that say whether they were turned away, or cut off: what nobody says is not counted as "no". */
  readonly saysRejected: number;
  readonly saysTimeout: number;
  /** First tries of tool calls, and further tries, of traces that say how often they tried again. */
  readonly calls: number;
  readonly retries: number;
  /** Traces with a score and no `query_id`: nobody can tell which question it is of. */
  readonly nameless: number;
  /** Seconds of the answered ones that say. */
  readonly latency: Histogram;
  /** Milliseconds for each embedded text. */
  readonly embedding: Histogram;
};

export const NO_FIGURES: Figures = {
  offered: 0,
  answered: 0,
  rejected: 0,
  hardTimeouts: 0,
  saysRejected: 0,
  saysTimeout: 0,
  calls: 0,
  retries: 0,
  nameless: 0,
  latency: [],
  embedding: [],
};

type Counts = { -readonly [key in Exclude<keyof Figures, "latency" | "embedding">]: number };

/** Adds up observations and figures. */
export type Adding = {
  observe(observation: Observation): void;
  add(figures: Figures): void;
  sum(): Figures;
};

export function addFigures(): Adding {
  const { latency: _, embedding: __, ...zero } = NO_FIGURES;
  const counts: Counts = { ...zero };
  const latency = new Map<number, number>();
  const embedding = new Map<number, number>();
  const put = (bins: Map<number, number>, value: number) => {
    const bin = binOf(value);
    bins.set(bin, (bins.get(bin) ?? 0) + 1);
  };
  return {
    observe({ failed, rejected, hardTimeout, tools, retries, latency: seconds, embeddingMs, queryId, scores }) {
      counts.offered++;
      if (rejected === true) counts.rejected++;
      if (rejected !== null) counts.saysRejected++;
      if (hardTimeout === true) counts.hardTimeouts++;
      if (hardTimeout !== null) counts.saysTimeout++;
      if (retries !== null) {
        counts.calls += tools?.calls ?? 0;
        counts.retries += retries;
      }
      if (queryId === null && (scores.oracle_prefilter ?? scores.reader_used_gold ?? null) !== null) counts.nameless++;
      for (const ms of embeddingMs ?? []) put(embedding, ms);
      if (failed) return;
      counts.answered++;
      if (seconds !== null) put(latency, seconds);
    },
    add(figures) {
      for (const key of COUNTS) counts[key] += figures[key];
      addHistogram(latency, figures.latency);
      addHistogram(embedding, figures.embedding);
    },
    sum: () => ({ ...counts, latency: toHistogram(latency), embedding: toHistogram(embedding) }),
  };
}

const COUNTS = [
  "offered",
  "answered",
  "rejected",
  "hardTimeouts",
  "saysRejected",
  "saysTimeout",
  "calls",
  "retries",
  "nameless",
] as const satisfies readonly (keyof Counts)[];

export function sumOf(all: Iterable<Figures>): Figures {
  const adding = addFigures();
  for (const figures of all) adding.add(figures);
  return adding.sum();
}
