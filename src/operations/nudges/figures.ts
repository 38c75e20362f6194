import type { NudgeCase } from "#src/operations/nudges/case";

/** What one setting does for one question. */
export type CaseFigures = {
  /** Rank-weighted recall of gold evidence in the context, 0 to 1. */
  readonly gain: number;
  /** Whether any gold evidence is in the context: the oracle's postfilter hit. */
  readonly hit: 0 | 1;
  readonly tokens: number;
  /** Different documents in the context. */
  readonly documents: number;
};

const discount = (place: number): number => 1 / Math.log2(place + 2);

/**
 * Gold evidence in the context, discounted by its place (1 / log2(place + 1), places from 1) and divided by the best there could be: the
 * normalised discounted cumulative gain of Järvelin and Kekäläinen (2002) with gold evidence as the only gain. Where evidence is a whole file
 * only its best passage counts, else a higher cap per document would look better by itself.
 */
export function figuresOf(one: NudgeCase, context: readonly number[], most: number): CaseFigures {
  const places = [...context.entries()].flatMap(([place, at]) => (one.gold.has(at) ? [place] : []));
  const wanted = Math.max(1, Math.min(one.wanted, most));
  const best = sum(Array.from({ length: wanted }, (_, place) => discount(place)));
  const chunks = context.flatMap((at) => one.chunks[at] ?? []);
  return {
    gain: sum(places.slice(0, wanted).map(discount)) / best,
    hit: places.length > 0 ? 1 : 0,
    tokens: sum(chunks.map(({ tokens }) => tokens)),
    documents: new Set(chunks.map(({ document }) => document)).size,
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
