import type { RagStore } from "#src/rag/store";
import { RagStoreError } from "#src/rag/store-error";
import type { Pair } from "#src/release/events";
import { samePair } from "#src/release/pair";

/** What somebody asked to look at; null where it is left to Golive. */
export type AskedPair = { readonly run: string | null; readonly config: string | null };

/** `because`: how the candidate was found, for people. Without one only gates that look at no candidate can run. */
export type ChosenPair = { readonly active: Pair | null; readonly candidate: Pair | null; readonly because: string };

/**
 * The pair that a look at the gates is about: what was asked for, else the newest complete run with the configuration that is
 * live, as a start would choose it: after a go-live that is what is live. A store that can't say is no throw: the gates that
 * tell why still have to run.
 */
export async function choosePair(
  store: RagStore,
  adopted: readonly string[],
  asked: AskedPair,
  signal: AbortSignal,
): Promise<ChosenPair> {
  try {
    return await choose(store, adopted, asked, signal);
  } catch (error) {
    if (!(error instanceof RagStoreError) || signal.aborted) throw error;
    return { active: null, candidate: null, because: `the RAG store could not be asked for it (${error.message})` };
  }
}

async function choose(
  store: RagStore,
  adopted: readonly string[],
  asked: AskedPair,
  signal: AbortSignal,
): Promise<ChosenPair> {
  const active = await store.pointer(signal);
  const versions = (await store.configVersions(signal)).map(({ version }) => version);
  const config = asked.config ?? active?.config ?? (versions.length === 1 ? versions[0] : undefined);
  if (config === undefined) {
    const because = `nothing is live, and which of ${versions.length} configurations is meant has to be named with --config`;
    return { active, candidate: null, because };
  }
  if (asked.run !== null) return { active, candidate: { run: asked.run, config }, because: "as asked" };
  const newest = (await store.runs(signal)).find(({ state }) => state === "complete")?.run ?? adopted.at(-1);
  if (newest === undefined) return { active, candidate: null, because: "no run is complete and nothing is live" };
  const candidate = { run: newest, config };
  // An older run that was replaced is no candidate: `/golive start` would not take it either.
  if (samePair(candidate, active)) return { active, candidate, because: "what is live; no newer run is complete" };
  return { active, candidate, because: "the newest complete run" };
}
