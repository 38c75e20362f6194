/**
 * The sandbox's tokenizer, in place of a model's vocabulary: a run of letters or digits counts one token per six
 * characters begun, any other visible character counts one. On English prose that is about 1.3 tokens per word, near what
 * subword vocabularies give; on code it counts high, which is the safe side of a limit.
 */
const PIECE = /[\p{L}\p{N}]{1,6}|[^\s\p{L}\p{N}]/gu;

/** What the tokenizer is, as data: a configuration names its id and the SHA-256 of this. */
export const TOKENIZER = { id: "sandbox-pieces-6", pattern: PIECE.source, flags: PIECE.flags } as const;

export function countTokens(text: string): number {
  let count = 0;
  for (const _piece of text.matchAll(PIECE)) count += 1;
  return count;
}

/** The tokens' places in the text, as [start, end) offsets: what cutting an over-long paragraph needs. */
export function tokenSpans(text: string): { readonly start: number; readonly end: number }[] {
  return Array.from(text.matchAll(PIECE), (piece) => ({ start: piece.index, end: piece.index + piece[0].length }));
}
