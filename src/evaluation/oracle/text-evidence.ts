import { normalise, wordsOf } from "#src/evaluation/leakage/normalise";
import type { Passage } from "#src/evaluation/oracle/gold";

/** What a text must contain to hold the gold answer. */
export const WINDOW = 150;
export const SHARE = 0.6;
/** With fewer content words than this a share says nothing: the exact phrase has to be there. */
export const FEWEST_CONTENT_WORDS = 4;

const FUNCTION_WORDS = new Set(
  (
    "a an and are as at be been but by can could did do does for from had has have if in into is it its may must no not of on or our shall " +
    "should so such than that the their them then there these they this those to was we were what when where which who will with would you your"
  ).split(" "),
);

/** What is looked for: some of these words near each other, or all of these words in a row. */
type Wanted =
  | { readonly kind: "words"; readonly words: ReadonlySet<string>; readonly need: number }
  | { readonly kind: "phrase"; readonly words: readonly string[] };

/** Null for an answer without words: nothing could show that it was found. */
export function wantedFor(answer: string): Wanted | null {
  const all = wordsOf(normalise(answer));
  if (all.length === 0) return null;
  const words = new Set(all.filter((word) => !FUNCTION_WORDS.has(word)));
  if (words.size < FEWEST_CONTENT_WORDS) return { kind: "phrase", words: all };
  // 0.6 × 5 is 3.0000000000000004 in other orders of computing; a hair less than the product is meant.
  return { kind: "words", words, need: Math.ceil(words.size * SHARE - 1e-9) };
}

export const phrase = (quote: string): Wanted | null => {
  const words = wordsOf(normalise(quote));
  return words.length === 0 ? null : { kind: "phrase", words };
};

/**
 * Which of these passages hold what is wanted, together with their neighbours: adjacent chunks of a document are read as one text,
 * so that an answer on the border of two chunks counts, and the size of chunks doesn't. Places in `passages`; none: no hit.
 */
export function findInPassages(wanted: Wanted, passages: readonly Passage[]): Set<number> {
  const found = new Set<number>();
  for (const stretch of stretchesOf(passages)) {
    for (const at of hits(wanted, stretch.words)) {
      const owner = stretch.owners[at];
      if (owner !== undefined) found.add(owner);
    }
  }
  return found;
}

export function isInText(wanted: Wanted, text: string): boolean {
  return hits(wanted, wordsOf(normalise(text))).size > 0;
}

/** Words in a row, and which passage each comes from. */
type Stretch = { readonly words: string[]; readonly owners: number[] };

/** The same passages are asked for the evidence of many cases: splitting them into words is nine tenths of the work. */
const joined = new WeakMap<readonly Passage[], readonly Stretch[]>();

function stretchesOf(passages: readonly Passage[]): readonly Stretch[] {
  const known = joined.get(passages);
  if (known !== undefined) return known;
  const stretches = joinAdjacent(passages);
  joined.set(passages, stretches);
  return stretches;
}

function joinAdjacent(passages: readonly Passage[]): Stretch[] {
  const order = [...passages.keys()].sort((a, b) => byPlace(passages[a], passages[b]));
  const stretches: Stretch[] = [];
  let before: Passage | null = null;
  for (const index of order) {
    const passage = passages[index];
    if (passage === undefined) continue;
    const words = wordsOf(normalise(passage.text));
    let stretch = stretches.at(-1);
    if (stretch === undefined || before === null || !isNext(before, passage)) {
      stretch = { words: [], owners: [] };
      stretches.push(stretch);
    }
    for (const word of words.slice(overlap(stretch.words, words))) {
      stretch.words.push(word);
      stretch.owners.push(index);
    }
    before = passage;
  }
  return stretches;
}

function byPlace(a: Passage | undefined, b: Passage | undefined): number {
  if (a === undefined || b === undefined) return 0;
  if (a.document !== b.document) return a.document < b.document ? -1 : 1;
  return (a.ordinal ?? Number.MAX_SAFE_INTEGER) - (b.ordinal ?? Number.MAX_SAFE_INTEGER);
}

const isNext = (a: Passage, b: Passage): boolean =>
  a.document === b.document && a.ordinal !== null && b.ordinal !== null && b.ordinal - a.ordinal === 1;

/** How many words at the end of one chunk are repeated at the beginning of the next. */
function overlap(before: readonly string[], words: readonly string[]): number {
  for (let length = Math.min(before.length, words.length, WINDOW); length > 0; length--) {
    if (words.slice(0, length).every((word, at) => word === before[before.length - length + at])) return length;
  }
  return 0;
}

/** The places of the wanted words in every window that holds enough of them. */
function hits(wanted: Wanted, words: readonly string[]): Set<number> {
  return wanted.kind === "phrase" ? phraseHits(wanted.words, words) : windowHits(wanted.words, wanted.need, words);
}

function phraseHits(phrase: readonly string[], words: readonly string[]): Set<number> {
  const places = new Set<number>();
  for (let at = 0; at + phrase.length <= words.length; at++) {
    if (phrase.every((word, index) => words[at + index] === word))
      phrase.forEach((_, index) => void places.add(at + index));
  }
  return places;
}

function windowHits(wanted: ReadonlySet<string>, need: number, words: readonly string[]): Set<number> {
  const places = new Set<number>();
  /** Places of wanted words in the window, oldest first, and how often each word is in it. */
  const inside: number[] = [];
  const counts = new Map<string, number>();
  for (const [at, word] of words.entries()) {
    if (!wanted.has(word)) continue;
    inside.push(at);
    counts.set(word, (counts.get(word) ?? 0) + 1);
    for (let first = inside[0]; first !== undefined && first <= at - WINDOW; first = inside[0]) {
      inside.shift();
      const gone = words[first] ?? "";
      const left = (counts.get(gone) ?? 1) - 1;
      if (left === 0) counts.delete(gone);
      else counts.set(gone, left);
    }
    if (counts.size >= need) for (const place of inside) places.add(place);
  }
  return places;
}
