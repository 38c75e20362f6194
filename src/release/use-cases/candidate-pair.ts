import type { RagStore } from "#src/rag/store";
import type { Pair } from "#src/release/events";

export const NO_CONFIG = "(no configuration)";
export const NO_RUN = "(no complete run)";

/** What somebody named of a pair; the rest is filled in. */
export type WantedPair = { readonly run?: string | null | undefined; readonly config?: string | null | undefined };

/**
 * The pair that would go live. Without a run: the newest complete one, else the one adopted last. Without a configuration
 * version: the one that is live; where nothing is, the only one there is. Which of several is newest nobody can tell from
 * their names, so none is guessed. A name that nobody knows is kept as it is: whoever decides refuses it by name.
 */
export async function chooseCandidate(
  { store, adopted }: { readonly store: RagStore; readonly adopted: () => Promise<readonly string[]> },
  wanted: WantedPair,
  active: Pair | null,
  configs: readonly string[],
): Promise<Pair> {
  const [runs, adoptedRuns] = await Promise.all([store.runs(), adopted()]);
  const run = wanted.run ?? runs.find((each) => each.state === "complete")?.run ?? adoptedRuns.at(-1);
  const config = wanted.config ?? active?.config ?? (configs.length === 1 ? configs[0] : undefined);
  return { run: run ?? NO_RUN, config: config ?? NO_CONFIG };
}
