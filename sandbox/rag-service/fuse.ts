import type { Hit } from "#sandbox/rag-service/store-reader";

/**
 * Weighted reciprocal rank fusion: a chunk's score is the sum over the lists of weight / (k + rank), ranks from 1 (Cormack,
 * Clarke and Büttcher, 2009). Ties go to the smaller id. A list of weight 0 brings nothing in.
 */
export function fuse(lists: readonly { readonly weight: number; readonly hits: readonly Hit[] }[], k: number): Hit[] {
  const scores = new Map<string, number>();
  for (const { weight, hits } of lists) {
    if (weight === 0) continue;
    for (const [at, { id }] of hits.entries()) scores.set(id, (scores.get(id) ?? 0) + weight / (k + at + 1));
  }
  return [...scores].map(([id, score]) => ({ id, score })).sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
}
