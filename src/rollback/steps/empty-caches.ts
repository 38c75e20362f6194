import type { CacheAccess } from "#src/config/named-variables";
import { clearCaches } from "#src/rag/caches";
import type { RagStore } from "#src/rag/store";
import { listOf } from "#src/release/wording";
import type { StepResult } from "#src/rollback/events";

/** Empties every cache that golive.yaml names. */
export async function emptyCaches(
  caches: readonly CacheAccess[],
  store: Pick<RagStore, "transaction">,
  signal: AbortSignal,
): Promise<StepResult> {
  if (caches.length === 0) {
    return { outcome: "skipped", detail: "No cache is named in golive.yaml.", facts: { caches: 0 } };
  }
  const cleared = await clearCaches(caches, store, signal);
  const failed = cleared.filter(({ problem }) => problem !== null);
  const facts = { caches: cleared.length, failed: failed.length };
  if (failed.length === 0) {
    return { outcome: "done", detail: `Empty now: ${listOf(cleared.map(({ what }) => what))}.`, facts };
  }
  const said = failed.map(({ what, problem }) => `${what} (${problem})`);
  return { outcome: "failed", detail: `Not emptied: ${listOf(said)}. Old answers may come from there.`, facts };
}
