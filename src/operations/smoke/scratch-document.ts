/** A chunk of the document that goes into the RAG store and out of it again. `tokens`: words, an estimate that no model made. */
export type ScratchChunk = { readonly ordinal: number; readonly text: string; readonly tokens: number };

export const SCRATCH_PREFIX = "golive-smoke-";
export const SCRATCH_DOCUMENT = "golive-smoke.md";
/** Stands in one chunk and in no other text. Without an ending that a stemmer takes off, so that every dictionary keeps it. */
export const SCRATCH_WORD = "zqgolivx";

/** What is ingested. Two sections, so that a search has something to choose from. */
export const SCRATCH_TEXT = `# Golive smoke document

This document checks that the store takes, finds and deletes chunks. Nobody is answered from it.

## The needle

The word ${SCRATCH_WORD} stands in this section and nowhere else, so that a search for it finds one chunk.

## The haystack

This section is here so that there is something else to find: tide tables, harbour lights and the colour of buoys.
`;

/** `golive-smoke-<when, in ms>-<random>`: whose it is and how old, without asking anybody. */
export const scratchRun = (now: number, random: string): string => `${SCRATCH_PREFIX}${now}-${random}`;

const AGED_MS = 60 * 60_000;

/** Whether a run id is one of ours whose run is over for certain. Anything else under our prefix is nobody's to delete. */
export function isLeftOver(run: string, now: number): boolean {
  const [, made] = /^golive-smoke-(\d{13})-[0-9a-f]{8}$/.exec(run) ?? [];
  return made !== undefined && now - Number(made) > AGED_MS;
}

/** The text by its sections, none longer than `most` words. */
export function chunkText(text: string, most: number): readonly ScratchChunk[] {
  const sections = text.split(/\n(?=## )/).map((section) => section.trim());
  const pieces = sections.flatMap((section) => {
    const words = section.split(/(?<=\s)/);
    const count = Math.ceil(words.length / most);
    return Array.from({ length: count }, (_, at) =>
      words
        .slice(at * most, (at + 1) * most)
        .join("")
        .trim(),
    );
  });
  return pieces
    .filter((piece) => piece !== "")
    .map((piece, ordinal) => ({ ordinal, text: piece, tokens: piece.split(/\s+/).length }));
}

/** Of length 1 and the right dimension, where no embedder could be asked: the chunk's own coordinate. */
export function placeholderVector(ordinal: number, dimension: number): readonly number[] {
  return Array.from({ length: dimension }, (_, at) => (at === ordinal % dimension ? 1 : 0));
}
