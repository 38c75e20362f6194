import type { RagStore } from "#src/rag/store";
import { speakingRecord } from "#src/release/comparable-digests";

/** What `golive run adopt` recorded, by run. */
export type Adopted = Readonly<Record<string, { readonly chunks: number; readonly digest: string }>>;

/**
 * The candidate's run: what stands in the chunk table now beside what was recorded when it was finished. Facts that nobody
 * recorded are null. One sequential pass. Throws `RagStoreError`.
 */
export async function collectRun(store: RagStore, run: string, adoptions: Adopted, signal?: AbortSignal) {
  const recorded = await store.run(run, signal);
  const now = await store.digest(run, signal);
  const adopted = Object.hasOwn(adoptions, run) ? adoptions[run] : undefined;
  const held = speakingRecord(recorded, adopted ?? null, now.digest);
  const ingested = recorded !== null && (recorded.chunks !== null || recorded.digest !== null);
  return {
    chunks: now.chunks,
    digest: now.digest,
    recorded_by: recordedBy(ingested, adopted !== undefined),
    recorded_chunks: held?.chunks ?? null,
    recorded_digest: held?.digest ?? null,
  };
}

function recordedBy(ingested: boolean, adopted: boolean): string | null {
  if (ingested) return adopted ? "ingestion and adoption" : "ingestion";
  return adopted ? "adoption" : null;
}
