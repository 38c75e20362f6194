import type { CacheAccess } from "#src/config/named-variables";
import { quoteTable } from "#src/rag/quote";
import { readBounded } from "#src/rag/read-bounded";
import type { RagStore } from "#src/rag/store";

/** What became of one cache. `what`: the cache in words, without an address or a token. */
export type ClearedCache = { readonly what: string; readonly problem: string | null };

const MAX_SAID_BYTES = 16 * 1024;

/** Empties each of a service's caches, all of them whatever becomes of the others. Never throws; an abort is a problem of each. */
export function clearCaches(
  caches: readonly CacheAccess[],
  store: Pick<RagStore, "transaction">,
  signal: AbortSignal,
  send: typeof fetch = fetch,
): Promise<readonly ClearedCache[]> {
  return Promise.all(
    caches.map(async (access): Promise<ClearedCache> => {
      const what = whatOf(access);
      try {
        await clear(access, store, signal, send);
        return { what, problem: null };
      } catch (error) {
        return { what, problem: error instanceof Error ? error.message : String(error) };
      }
    }),
  );
}

function whatOf({ cache }: CacheAccess): string {
  return cache.kind === "table" ? `the table ${cache.table}` : `the ${cache.kind} of ${cache.url_env}`;
}

async function clear(
  { cache, url, token }: CacheAccess,
  store: Pick<RagStore, "transaction">,
  signal: AbortSignal,
  send: typeof fetch,
): Promise<void> {
  if (cache.kind === "table") {
    // DELETE, not TRUNCATE: it needs no more than that right, and nobody who reads the table has to wait for it.
    return store.transaction(
      "write",
      async (query) => {
        await query(`DELETE FROM ${quoteTable(cache.table)}`);
      },
      signal,
    );
  }
  if (url === null) throw new Error("its address is not known");
  const limit = AbortSignal.timeout(cache.timeout_s * 1_000);
  let response: Response;
  try {
    response = await send(url, {
      method: cache.kind === "hook" ? cache.method : "POST",
      redirect: "manual",
      signal: AbortSignal.any([signal, limit]),
      headers: {
        "content-type": "application/json",
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(cache.kind === "hook" ? { reason: "rollback" } : cache.command),
    });
  } catch (error) {
    if (limit.aborted) throw new Error(`it did not answer within ${cache.timeout_s} s`, { cause: error });
    throw new Error("it can't be reached", { cause: error });
  }
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`it answered ${response.status}`);
  }
  const said = await readBounded(response, MAX_SAID_BYTES, "The cache");
  // A Redis over HTTP says what went wrong in the body of a 200.
  if (cache.kind === "redis" && /"error"\s*:/.test(Buffer.from(said).toString("utf8"))) {
    throw new Error("it answered with an error");
  }
}
