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
  const wanted = Math.max(1, Math.min(one.wanted, most));
  let [gained, found, tokens] = [0, 0, 0];
  const documents = new Set<string>();
  for (const [place, at] of context.entries()) {
    const chunk = one.chunks[at];
    tokens += chunk?.tokens ?? 0;
    if (chunk !== undefined) documents.add(chunk.document);
    if (!one.gold.has(at)) continue;
    if (found < wanted) gained += discount(place);
    found += 1;
  }
  return { gain: gained / best(wanted), hit: found > 0 ? 1 : 0, tokens, documents: documents.size };
}

function best(wanted: number): number {
  let sum = 0;
  for (let place = 0; place < wanted; place++) sum += discount(place);
  return sum;
}

/** The mean of one of them; 0 without any. */
export const meanFigure = (figures: readonly CaseFigures[], of: (each: CaseFigures) => number): number =>
  figures.reduce((total, each) => total + of(each), 0) / Math.max(1, figures.length);
