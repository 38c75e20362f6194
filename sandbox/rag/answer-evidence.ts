import { contentWords } from "#sandbox/rag/embed";

/** A chunk as evidence is looked for in it. `id` ends in `#0001`, its place in the document. */
export type EvidenceChunk = { readonly id: string; readonly document: string; readonly text: string };

/** What a text must hold to be evidence for one answer. */
export type AnswerPattern =
  | { readonly kind: "words"; readonly words: ReadonlySet<string>; readonly needed: number }
  | { readonly kind: "phrase"; readonly phrase: string };

const WINDOW_TOKENS = 150;
const SHARE = 0.6;
const FEWEST = 4;

/**
 * The gold answer as a pattern: at least 0.6 of its distinct content words and at least four of them, within any window of 150
 * words; an answer with fewer than four content words counts by its exact phrase. A chunk-wise comparison would measure the
 * size of the chunks. Null for an answer without words.
 */
export function patternOf(answer: string): AnswerPattern | null {
  const words = new Set(contentWords(answer));
  if (words.size >= FEWEST) {
    return { kind: "words", words, needed: Math.max(FEWEST, Math.ceil(words.size * SHARE)) };
  }
  const phrase = tokensOf(answer).join(" ");
  return phrase === "" ? null : { kind: "phrase", phrase };
}

/** Whether any of these texts holds the pattern. Texts as `joinAdjacent` gives them. */
export function holds(texts: readonly PreparedText[], pattern: AnswerPattern): boolean {
  return texts.some((text) =>
    pattern.kind === "phrase" ? text.phrase.includes(` ${pattern.phrase} `) : hasWindow(text.content, pattern),
  );
}

/** A text made ready for many questions: its tokens as one phrase, and per token the content word it is (else null). */
export type PreparedText = { readonly phrase: string; readonly content: readonly (string | null)[] };

/** Chunks that follow each other in their document become one text, with what they repeat of each other said once. */
export function joinAdjacent(chunks: readonly EvidenceChunk[]): readonly PreparedText[] {
  const sorted = [...chunks].sort((a, b) => (a.id < b.id ? -1 : 1));
  const texts: string[][] = [];
  let before: EvidenceChunk | null = null;
  for (const chunk of sorted) {
    const tokens = tokensOf(chunk.text);
    const last = texts.at(-1);
    if (last !== undefined && before?.document === chunk.document && placeOf(chunk) === placeOf(before) + 1) {
      last.push(...tokens.slice(overlapOf(last, tokens)));
    } else texts.push(tokens);
    before = chunk;
  }
  return texts.map((tokens) => ({
    phrase: ` ${tokens.join(" ")} `,
    content: tokens.map((token) => contentWords(token)[0] ?? null),
  }));
}

function hasWindow(
  content: readonly (string | null)[],
  { words, needed }: Extract<AnswerPattern, { kind: "words" }>,
): boolean {
  const inside = new Map<string, number>();
  for (const [at, word] of content.entries()) {
    const leaving = at >= WINDOW_TOKENS ? content[at - WINDOW_TOKENS] : null;
    if (leaving && words.has(leaving)) {
      const left = (inside.get(leaving) ?? 0) - 1;
      if (left > 0) inside.set(leaving, left);
      else inside.delete(leaving);
    }
    if (word === null || !words.has(word)) continue;
    inside.set(word, (inside.get(word) ?? 0) + 1);
    if (inside.size >= needed) return true;
  }
  return false;
}

function tokensOf(text: string): string[] {
  return (
    text
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

/** How many tokens at the end of one text are repeated at the beginning of the next. */
function overlapOf(before: readonly string[], next: readonly string[]): number {
  for (let length = Math.min(before.length, next.length, WINDOW_TOKENS); length > 0; length -= 1) {
    const from = before.length - length;
    let same = 0;
    while (same < length && before[from + same] === next[same]) same += 1;
    if (same === length) return length;
  }
  return 0;
}

const placeOf = ({ id }: EvidenceChunk): number => Number(id.slice(id.lastIndexOf("#") + 1));
