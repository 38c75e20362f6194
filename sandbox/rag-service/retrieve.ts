import { embeddingPrefix } from "#sandbox/rag/chunk-markdown";
import { embed } from "#sandbox/rag/embed";
import { assembleContext } from "#sandbox/rag-service/assemble-context";
import type { ServiceBody } from "#sandbox/rag-service/configuration";
import { fuse } from "#sandbox/rag-service/fuse";
import { dropNearDuplicates } from "#sandbox/rag-service/near-duplicates";
import { rerank } from "#sandbox/rag-service/rerank";
import type { Hit, StoredChunk, StoreReader } from "#sandbox/rag-service/store-reader";

/** Places in the two lists that were fused, from 1; null: not in that list. */
export type Ranks = { readonly dense: number | null; readonly sparse: number | null };
export type Candidate = StoredChunk & { readonly score: number; readonly rank: number; readonly ranks: Ranks };

export type Retrieved = {
  /** Everything that was found, best first, before anything is cut. */
  readonly snapshot: readonly Candidate[];
  readonly candidates: { readonly before_clamp: number; readonly before_dedup: number; readonly after_dedup: number };
  readonly context: readonly (Candidate & { readonly tokens: number })[];
  readonly timings: { readonly embedding_ms: number; readonly retrieve_ms: number; readonly rerank_ms: number };
};

export type RetrieveOptions = {
  readonly run: string;
  readonly question: string;
  readonly config: ServiceBody;
  /** Cuts the list before anybody sees it; null: as it is. */
  readonly clamp: number | null;
  /** Whether the prefix that belongs to the embedded text stands before each text. */
  readonly leakPrefix: boolean;
  /** Milliseconds of some clock. */
  readonly now: () => number;
};

/**
 * Hybrid retrieval: full text and cosine, fused by reciprocal rank, near duplicates dropped, at most so many chunks of one
 * document, reranked when the configuration says so, cut to the reader's budget.
 */
export async function retrieve(store: StoreReader, options: RetrieveOptions): Promise<Retrieved> {
  const { run, question, config, now } = options;
  const { retrieval } = config;
  const began = now();
  const vector = embed(question);
  const embedded = now();
  const [sparse, dense] = await Promise.all([
    store.sparse(run, question, retrieval.top_k_sparse),
    store.dense(run, vector, retrieval.top_k_dense, config.thresholds.dense_similarity_min),
  ]);
  const fused = fuse(
    [
      { weight: retrieval.weights.sparse, hits: sparse },
      { weight: retrieval.weights.dense, hits: dense },
    ],
    retrieval.rrf_k,
  );
  const found = options.clamp === null ? fused : fused.slice(0, options.clamp);
  const rankOf = { dense: placesIn(dense), sparse: placesIn(sparse) };
  const stored = await store.chunks(
    run,
    found.map(({ id }) => id),
  );
  const snapshot = found.flatMap(({ id, score }, at): Candidate[] => {
    const chunk = stored.get(id);
    if (chunk === undefined) return [];
    const prefix = options.leakPrefix ? embeddingPrefix(chunk.document) : "";
    const [text, bm25Text] = [prefix + chunk.text, prefix + chunk.bm25Text];
    const ranks = { dense: rankOf.dense.get(id) ?? null, sparse: rankOf.sparse.get(id) ?? null };
    return [{ ...chunk, text, bm25Text, score, rank: at + 1, ranks }];
  });
  const distinct = dropNearDuplicates(snapshot, retrieval.dedup_jaccard);
  const capped = capPerDocument(distinct, retrieval.per_document_cap);
  const retrieved = now();
  const ordered = config.rerank.enabled ? rerank(capped, question, config.rerank) : capped;
  const context = assembleContext(ordered, config.context);
  return {
    snapshot,
    candidates: { before_clamp: found.length, before_dedup: snapshot.length, after_dedup: distinct.length },
    context,
    timings: {
      embedding_ms: embedded - began,
      retrieve_ms: retrieved - began,
      rerank_ms: now() - retrieved,
    },
  };
}

const placesIn = (hits: readonly Hit[]): ReadonlyMap<string, number> => new Map(hits.map(({ id }, at) => [id, at + 1]));

function capPerDocument<T extends { readonly document: string }>(ranked: readonly T[], cap: number): T[] {
  const counts = new Map<string, number>();
  return ranked.filter(({ document }) => {
    const count = (counts.get(document) ?? 0) + 1;
    counts.set(document, count);
    return count <= cap;
  });
}
