import { countTokens } from "#sandbox/rag/tokenizer";

/** More than any embedder of configs/golive.yaml takes, and than its chunk size allows. */
const OVER_LONG_TOKENS = 2000;

/** A chunk on its way into the store. */
export type ChunkRow = {
  readonly id: string;
  readonly document: string;
  readonly text: string;
  readonly bm25Text: string;
  readonly embeddingText: string;
  readonly embedding: readonly number[] | null;
  readonly tokens: number;
};

/** Mistakes that real ingestions make. Each names how many chunks it hits, spread evenly over the corpus. */
export type Faults = {
  /** The embedding prefix ends up in what full-text search sees. */
  readonly leakPrefix?: number;
  /** Chunks over any sensible limit, as when cutting was skipped. */
  readonly overLong?: number;
  /** Cut every so many characters, mid-word and mid-sentence, each piece repeating half of the one before. */
  readonly brokenChunker?: boolean;
  /** The embedder failed and nobody looked. */
  readonly nullEmbeddings?: number;
  /** Ingestion died: only this many chunks are stored and the run stays `running`. */
  readonly stopAfter?: number;
  /** An upsert keyed by chunk id alone took this many rows away from an older run. */
  readonly upsertOver?: { readonly run: string; readonly chunks: number };
};

/** The rows as they would be stored with these faults. Throws when the corpus is too small for them. */
export function plantFaults(rows: readonly ChunkRow[], faults: Faults): ChunkRow[] {
  const leaking = spread(rows.length, faults.leakPrefix ?? 0);
  const long = spread(rows.length, faults.overLong ?? 0);
  const missing = spread(rows.length, faults.nullEmbeddings ?? 0);
  const stored = rows.map((row, index): ChunkRow => {
    const whole = long.has(index) ? lengthen(row) : row;
    return {
      ...whole,
      bm25Text: leaking.has(index) ? whole.embeddingText : whole.bm25Text,
      embedding: missing.has(index) ? null : whole.embedding,
    };
  });
  return faults.stopAfter === undefined ? stored : stored.slice(0, faults.stopAfter);
}

const BLIND_CHARACTERS = 120;

/** The pieces of a broken chunker: no heading, paragraph, sentence or word is respected. */
export function cutBlindly(body: string): string[] {
  const step = BLIND_CHARACTERS / 2;
  const count = Math.max(1, Math.ceil((body.length - step) / step));
  return Array.from({ length: count }, (_, at) => body.slice(at * step, at * step + BLIND_CHARACTERS))
    .map((piece) => piece.toWellFormed())
    .filter((piece) => piece.trim() !== "");
}

/** As if nobody had cut: the text again and again, with the tokens that it then really has. */
function lengthen(row: ChunkRow): ChunkRow {
  const text = Array.from(
    { length: Math.ceil(OVER_LONG_TOKENS / Math.max(countTokens(row.text), 1)) },
    () => row.text,
  ).join("\n\n");
  const prefix = row.embeddingText.slice(0, row.embeddingText.length - row.text.length);
  return { ...row, text, bm25Text: text, embeddingText: prefix + text, tokens: countTokens(prefix + text) };
}

function spread(length: number, count: number): Set<number> {
  if (count > length) throw new RangeError(`${count} faulty chunks were asked for, the corpus has ${length}`);
  return new Set(Array.from({ length: count }, (_, index) => Math.floor((index * length) / count)));
}
