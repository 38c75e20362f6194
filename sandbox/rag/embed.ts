export const EMBEDDING_DIMENSION = 256;

const STOP = new Set(
  "a an and are as at be by can do does for from how i if in is it its of on or that the this to was what when where which who will with you your".split(
    " ",
  ),
);

/** Words that carry meaning, lower-case, with the commonest English endings taken off. */
export function contentWords(text: string): string[] {
  const words =
    text
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  return words
    .filter((word) => !STOP.has(word))
    .map((word) => (word.length > 4 ? word.replace(/(ing|ed|es|s)$/, "") : word));
}

/**
 * A deterministic embedding without a model: words and word pairs are hashed to signed coordinates, weighted 1 + ln(tf),
 * and the vector is scaled to length 1. Texts that share words are near each other; nothing more is claimed. Text without
 * words gets a fixed unit vector, since a zero vector has no direction.
 */
export function embed(text: string): number[] {
  const words = contentWords(text);
  const counts = new Map<string, number>();
  for (const [index, word] of words.entries()) {
    counts.set(word, (counts.get(word) ?? 0) + 1);
    const next = words[index + 1];
    if (next !== undefined) counts.set(`${word} ${next}`, (counts.get(`${word} ${next}`) ?? 0) + 0.5);
  }
  const vector = new Array<number>(EMBEDDING_DIMENSION).fill(0);
  for (const [term, count] of counts) {
    const hash = fnv1a(term);
    const at = hash % EMBEDDING_DIMENSION;
    vector[at] = (vector[at] ?? 0) + (hash & 0x8000_0000 ? -1 : 1) * Math.max(0.5, 1 + Math.log(count));
  }
  const length = Math.hypot(...vector);
  if (length === 0) return vector.map((_, at) => (at === 0 ? 1 : 0));
  // Rounded to what `real` can hold, so that the vector read back equals the vector written.
  return vector.map((value) => Math.fround(value / length));
}

/** 32-bit FNV-1a over UTF-16 code units, with a final mix: its low bits alone are too regular for short words. */
function fnv1a(term: string): number {
  let hash = 0x811c_9dc5;
  for (let index = 0; index < term.length; index += 1) {
    hash = Math.imul(hash ^ term.charCodeAt(index), 0x0100_0193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
