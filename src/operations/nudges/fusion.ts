import type { NudgeCase, NudgeChunk } from "#src/operations/nudges/case";
import { nearDuplicates } from "#src/operations/nudges/near-duplicates";

/** What is searched: weighted reciprocal rank fusion, and how many chunks one document may bring. */
export type FusionSettings = {
  readonly rrfK: number;
  readonly dense: number;
  readonly sparse: number;
  /** Null: the service caps nothing. */
  readonly cap: number | null;
};

/** What stays as it is. */
export type FusionFrame = {
  /** A chunk that is so similar to a better one is dropped; null: none is. */
  readonly dedupJaccard: number | null;
  readonly chunks: number;
  readonly maxTokens: number;
};

/**
 * Reciprocal rank fusion over the ranks that the service sent: the sum over the lists of weight / (k + rank), ties by the smaller id
 * (docs/rag-service.md). Places in `chunks`, best first.
 */
export function fuseAgain(chunks: readonly NudgeChunk[], { rrfK, dense, sparse }: FusionSettings): readonly number[] {
  const part = (weight: number, rank: number | null): number => (rank === null ? 0 : weight / (rrfK + rank));
  const scores = chunks.map((chunk) => part(sparse, chunk.sparse) + part(dense, chunk.dense));
  const byScore = (a: number, b: number): number => (scores[b] ?? 0) - (scores[a] ?? 0);
  return [...chunks.keys()].sort((a, b) => byScore(a, b) || ((chunks[a]?.id ?? "") < (chunks[b]?.id ?? "") ? -1 : 1));
}

/** What the reader would get: near duplicates of a better chunk dropped, at most `cap` of a document, cut to the reader's budget. */
export function contextAgain(one: NudgeCase, settings: FusionSettings, frame: FusionFrame): readonly number[] {
  return assemble(one.chunks, distinct(one, fuseAgain(one.chunks, settings), frame), settings.cap, frame);
}

function distinct({ chunks }: NudgeCase, order: readonly number[], { dedupJaccard }: FusionFrame): readonly number[] {
  if (dedupJaccard === null) return order;
  const isNear = nearDuplicates(chunks, dedupJaccard);
  const kept: number[] = [];
  for (const at of order) if (!kept.some((better) => isNear(better, at))) kept.push(at);
  return kept;
}

/** One that doesn't fit any more is passed over for a shorter one behind it. */
function assemble(
  chunks: readonly NudgeChunk[],
  order: readonly number[],
  cap: number | null,
  frame: FusionFrame,
): readonly number[] {
  const context: number[] = [];
  const ofDocument = new Map<string, number>();
  let left = frame.maxTokens;
  for (const at of order) {
    if (context.length === frame.chunks) break;
    const chunk = chunks[at];
    if (chunk === undefined) continue;
    const count = (ofDocument.get(chunk.document) ?? 0) + 1;
    ofDocument.set(chunk.document, count);
    if ((cap !== null && count > cap) || chunk.tokens > left) continue;
    left -= chunk.tokens;
    context.push(at);
  }
  return context;
}
