import { ordinalFromId } from "#src/evaluation/oracle/gold";

type Chunk = { readonly id: string; readonly text: string };

/** What the end of one chunk and the beginning of the next share is an overlap from so many letters on; below it may be chance. */
const LEAST_OVERLAP = 12;
const MOST_OVERLAP = 4_000;

/**
 * A document's text put together from its chunks. Null where that can't be shown to be right: a chunk without a number at the end of its id, a
 * number that is missing or twice. What ingestion left out between two chunks can't be put back.
 */
export function reassemble(chunks: readonly Chunk[]): string | null {
  const numbered = chunks.map((chunk) => ({ ...chunk, ordinal: ordinalFromId(chunk.id) }));
  numbered.sort((a, b) => (a.ordinal ?? 0) - (b.ordinal ?? 0));
  let text = "";
  for (const [at, { ordinal, text: next }] of numbered.entries()) {
    const first = numbered[0]?.ordinal ?? null;
    if (ordinal === null || first === null || first > 1 || ordinal !== first + at) return null;
    text = at === 0 ? next : `${text}\n\n${next.slice(overlap(text, next)).trimStart()}`;
  }
  return text;
}

/** How many letters at the end of `before` are repeated at the beginning of `next`. */
function overlap(before: string, next: string): number {
  const most = Math.min(before.length, next.length, MOST_OVERLAP);
  for (let length = most; length >= LEAST_OVERLAP; length--) {
    if (before.endsWith(next.slice(0, length))) return length;
  }
  return 0;
}
