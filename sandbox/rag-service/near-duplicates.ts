import { tokenSpans } from "#sandbox/rag/tokenizer";

/** Tokens in one shingle: long enough that two texts on one subject share few, short enough for short chunks. */
const SHINGLE = 5;

/**
 * The chunks without those that nearly repeat a better one: Jaccard similarity of their sets of 5-token shingles at or above
 * `least`. Best first, as given.
 */
export function dropNearDuplicates<T extends { readonly text: string }>(ranked: readonly T[], least: number): T[] {
  const kept: { readonly chunk: T; readonly shingles: ReadonlySet<string> }[] = [];
  for (const chunk of ranked) {
    const shingles = shinglesOf(chunk.text);
    if (!kept.some((other) => jaccard(other.shingles, shingles) >= least)) kept.push({ chunk, shingles });
  }
  return kept.map(({ chunk }) => chunk);
}

function shinglesOf(text: string): ReadonlySet<string> {
  const tokens = tokenSpans(text).map(({ start, end }) => text.slice(start, end).toLowerCase());
  const count = Math.max(1, tokens.length - SHINGLE + 1);
  return new Set(Array.from({ length: count }, (_, at) => tokens.slice(at, at + SHINGLE).join(" ")));
}

function jaccard(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const [small, large] = a.size < b.size ? [a, b] : [b, a];
  let shared = 0;
  for (const shingle of small) if (large.has(shingle)) shared += 1;
  return shared / (a.size + b.size - shared);
}
