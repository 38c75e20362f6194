const K1 = 1.2;
const B = 0.75;
const WORD = /[\p{L}\p{N}]+/gu;

type Posting = { readonly at: number; readonly times: number };
export type Index = {
  readonly size: number;
  readonly mean: number;
  readonly lengths: readonly number[];
  readonly postings: ReadonlyMap<string, readonly Posting[]>;
};

const wordsOf = (text: string): readonly string[] => text.normalize("NFKC").toLowerCase().match(WORD) ?? [];

/** An index of these texts for BM25 (Robertson and Zaragoza, 2009; k1 1.2, b 0.75). */
export function indexOf(texts: readonly string[]): Index {
  const postings = new Map<string, Posting[]>();
  const lengths: number[] = [];
  for (const [at, text] of texts.entries()) {
    const counts = new Map<string, number>();
    const words = wordsOf(text);
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
    for (const [word, times] of counts) {
      const list = postings.get(word);
      if (list === undefined) postings.set(word, [{ at, times }]);
      else list.push({ at, times });
    }
    lengths.push(words.length);
  }
  const total = lengths.reduce((sum, length) => sum + length, 0);
  return { size: texts.length, mean: total / Math.max(1, texts.length), lengths, postings };
}

/** Places of the texts that hold any word of the question, best first; of equals the earlier. */
export function search({ size, mean, lengths, postings }: Index, question: string): readonly number[] {
  const scores = new Map<number, number>();
  for (const word of new Set(wordsOf(question))) {
    const list = postings.get(word) ?? [];
    const weight = Math.log(1 + (size - list.length + 0.5) / (list.length + 0.5));
    for (const { at, times } of list) {
      const norm = K1 * (1 - B + (B * (lengths[at] ?? 0)) / mean);
      scores.set(at, (scores.get(at) ?? 0) + (weight * times * (K1 + 1)) / (times + norm));
    }
  }
  return [...scores].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([at]) => at);
}
