/** A question of the gold set, as far as the oracles need it. */
export type GoldCase = {
  readonly id: string;
  /** "" where nobody wrote one. */
  readonly answer: string;
  /** False: the documents don't answer it, and saying so is right. */
  readonly answerable: boolean;
  /** Chunks that hold the answer, in the run they were labelled on; their ids mean nothing in another run. */
  readonly chunks: { readonly run: string; readonly ids: readonly string[] } | null;
  /** The same by words: where they stand survives another chunking. */
  readonly quotes: readonly { readonly document: string; readonly quote: string }[];
  readonly expectedFiles: readonly string[];
};

/** A chunk as it was retrieved, best first. */
export type Passage = {
  readonly chunkId: string;
  readonly document: string;
  readonly text: string;
  /** Which chunk of its document it is; null when nobody says: then it is joined with no neighbour. */
  readonly ordinal: number | null;
};

/** A document of the corpus, whole. */
export type Document = { readonly document: string; readonly text: string };

export type Verdict = "pass" | "fail" | "inconclusive";

/** The number that a chunk id ends with (`guide.md#12`), for services that number the chunks of a document in its ids. */
export function ordinalFromId(chunkId: string): number | null {
  const [, digits] = /(\d{1,9})$/.exec(chunkId) ?? [];
  return digits === undefined ? null : Number(digits);
}

/** Whether two names mean the same document: the same path, or the same file name, in whatever letters. */
export function isSameDocument(a: string, b: string): boolean {
  const [left, right] = [pathOf(a), pathOf(b)];
  return left === right || (baseOf(left) !== "" && baseOf(left) === baseOf(right));
}

const pathOf = (name: string): string =>
  name
    .normalize("NFC")
    .toLowerCase()
    .replaceAll("\\", "/")
    .replace(/^(?:\.?\/)+/, "");
/** One text for all names of a document that `isSameDocument` takes for the same. */
export const documentName = (name: string): string => baseOf(pathOf(name)) || pathOf(name);
const baseOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
