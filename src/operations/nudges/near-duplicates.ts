/** Words and marks in one shingle. */
const SHINGLE = 5;
const PIECE = /[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu;

type Text = { readonly text: string };

/** A list of chunks is asked with many settings: which of them are near duplicates is the same each time. */
const known = new WeakMap<readonly Text[], Map<number, (a: number, b: number) => boolean>>();
/** Chunks come back from question to question: their shingles are made once. */
const shingles = new WeakMap<Text, ReadonlySet<string>>();

/** Whether two places of a list hold nearly the same text: Jaccard similarity of their sets of 5-word shingles at or above `least`. */
export function nearDuplicates(chunks: readonly Text[], least: number): (a: number, b: number) => boolean {
  const ofList = known.get(chunks) ?? new Map<number, (a: number, b: number) => boolean>();
  known.set(chunks, ofList);
  const found = ofList.get(least) ?? look(chunks, least);
  ofList.set(least, found);
  return found;
}

function look(chunks: readonly Text[], least: number): (a: number, b: number) => boolean {
  const sets = chunks.map(shinglesOf);
  const pairs = new Set<number>();
  for (const [a, one] of sets.entries()) {
    for (let b = a + 1; b < sets.length; b++) {
      const other = sets[b];
      if (other !== undefined && jaccardAtLeast(one, other, least)) pairs.add(a * sets.length + b);
    }
  }
  return (a, b) => pairs.has(Math.min(a, b) * sets.length + Math.max(a, b));
}

function shinglesOf(chunk: Text): ReadonlySet<string> {
  const made = shingles.get(chunk);
  if (made !== undefined) return made;
  const words = chunk.text.toLowerCase().match(PIECE) ?? [];
  const count = Math.max(1, words.length - SHINGLE + 1);
  const set = new Set(Array.from({ length: count }, (_, at) => words.slice(at, at + SHINGLE).join(" ")));
  shingles.set(chunk, set);
  return set;
}

function jaccardAtLeast(a: ReadonlySet<string>, b: ReadonlySet<string>, least: number): boolean {
  const [small, large] = a.size < b.size ? [a, b] : [b, a];
  // What they share is at most the smaller set.
  if (small.size < least * large.size) return false;
  let shared = 0;
  for (const shingle of small) if (large.has(shingle)) shared += 1;
  return shared >= least * (a.size + b.size - shared);
}
