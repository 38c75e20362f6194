import type { LiveConfig } from "#src/operations/proposals/intents";
import type { RagStore } from "#src/rag/store";
import { digestOf } from "#src/release/hash";

/** What answers now with the body of its configuration version. `body` null: the store has no such version. */
export type LiveBody = LiveConfig & { readonly body: unknown };

/**
 * What is live, and the digest of its configuration's body: what a proposal names as its base (`base: {...live.pair, digest: live.digest}`) and is
 * held against when people accept it. Null: nothing is live. Throws `RagStoreError`.
 */
export async function liveConfig(
  store: Pick<RagStore, "pointer" | "configVersions">,
  signal?: AbortSignal,
): Promise<LiveBody | null> {
  const pair = await store.pointer(signal);
  if (pair === null) return null;
  const found = (await store.configVersions(signal)).find(({ version }) => version === pair.config);
  return found === undefined
    ? { pair, digest: null, body: null }
    : { pair, digest: digestOf(found.body), body: found.body };
}
