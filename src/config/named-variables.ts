import { z } from "zod";
import type { CacheConfig } from "#src/config/caches-config";
import { database, type Variables, variableProblem, whitespaceHint } from "#src/config/environment";
import type { Problem } from "#src/config/problems";
import type { GoliveConfig } from "#src/config/service-config";

/** How to reach a service's RAG service. `host`: what may be shown of the address. `token`: never shown, never stored. */
export type RagServiceAccess = { readonly url: string; readonly host: string; readonly token: string | null };

/** How to empty a cache, in the order of golive.yaml. `token`: never shown, never stored. */
export type CacheAccess = { readonly cache: CacheConfig; readonly url: string | null; readonly token: string | null };

/** How to reach the models. `endpoint`: null for the region's own. */
export type ModelAccess = { readonly region: string; readonly endpoint: string | null };

/** What the variables hold that golive.yaml names. Maps are by service id. */
export type NamedVariables = {
  readonly storeUrls: ReadonlyMap<string, string>;
  readonly ragServices: ReadonlyMap<string, RagServiceAccess>;
  readonly caches: ReadonlyMap<string, readonly CacheAccess[]>;
  readonly modelAccess: ModelAccess;
  /** What observations of a service are brought with. Never shown, never stored. Only of services that take them. */
  readonly observationTokens: ReadonlyMap<string, string>;
};

/** No user or password (fetch refuses them, and logs would show them), no query (a key would stand in it). */
const plainUrl = z
  .string()
  .regex(/^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/i)
  .refine((text) => URL.canParse(text));
const token = z.string().regex(/^[!-~]{1,4096}$/);
/** One that can be guessed lets anybody write a canary's evidence. */
const longToken = z.string().regex(/^[!-~]{16,4096}$/);
const region = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d{1,2}$/);

/**
 * Reads every variable that golive.yaml names for a connection. All problems come back together; they name variables and
 * what was expected, never a value. An empty variable counts as missing.
 */
export function parseNamedVariables(
  config: Pick<GoliveConfig, "services" | "models" | "backups">,
  variables: Variables,
):
  | { readonly ok: true; readonly named: NamedVariables }
  | { readonly ok: false; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const read = (name: string, schema: z.ZodType<string>, expected: string): string => {
    const value = variables[name] ?? "";
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    const found = value === "" ? "missing" : `set, but wrong${whitespaceHint(value)}`;
    problems.push(variableProblem(name, found, expected));
    return "";
  };
  const storeUrls = new Map<string, string>();
  const ragServices = new Map<string, RagServiceAccess>();
  const caches = new Map<string, readonly CacheAccess[]>();
  const cacheAccess = (id: string, cache: CacheConfig): CacheAccess => {
    if (cache.kind === "table") return { cache, url: null, token: null };
    const { url_env, token_env } = cache;
    const url = read(url_env, plainUrl, `an http(s) URL without user, password, ? or #: a cache of service ${id}`);
    const bearer = token_env === undefined ? null : read(token_env, token, `the bearer token of a cache of ${id}`);
    return { cache, url, token: bearer };
  };
  for (const [id, { rag_store, rag_service, caches: configured }] of Object.entries(config.services)) {
    caches.set(
      id,
      configured.map((cache) => cacheAccess(id, cache)),
    );
    const { restore_url_env } = rag_store;
    if (restore_url_env !== undefined && (variables[restore_url_env] ?? "") !== "") {
      read(restore_url_env, database, `a Postgres URL: the RAG store of service ${id} as its tables' owner`);
    }
    storeUrls.set(id, read(rag_store.url_env, database, `a Postgres URL: the RAG store of service ${id}`));
    const url = read(
      rag_service.url_env,
      plainUrl,
      `an http(s) URL without user, password, ? or #: the RAG service of service ${id}`,
    );
    const bearer =
      rag_service.token_env === undefined
        ? null
        : read(rag_service.token_env, token, `the bearer token of service ${id}'s RAG service, without spaces`);
    ragServices.set(id, { url, host: URL.canParse(url) ? new URL(url).host : "", token: bearer });
  }
  const observationTokens = new Map<string, string>();
  for (const [id, { observations }] of Object.entries(config.services)) {
    if (observations?.token_env === undefined) continue;
    const { token_env } = observations;
    const given = read(
      token_env,
      longToken,
      `the token of ${id}'s observations: at least 16 characters without spaces`,
    );
    const [other] = [...observationTokens].find(([, held]) => given !== "" && held === given) ?? [];
    if (other !== undefined) {
      const found = `set to the token of service ${other}'s observations`;
      problems.push(variableProblem(token_env, found, "another one: the token says whose observations they are"));
    }
    observationTokens.set(id, given);
  }
  const { region_env, endpoint_env } = config.models;
  const modelAccess = {
    region: read(region_env, region, "a region such as eu-central-1: where the models are"),
    // The one variable that may be absent: without it the region's own endpoint is asked.
    endpoint:
      endpoint_env === undefined || (variables[endpoint_env] ?? "") === ""
        ? null
        : read(endpoint_env, plainUrl, "an http(s) URL: the models' endpoint"),
  };
  const { storage } = config.backups;
  if (storage.kind === "s3") {
    read(storage.region_env, region, "a region such as eu-central-1: where the backups' bucket is");
    if (storage.endpoint_env !== undefined) read(storage.endpoint_env, plainUrl, "an http(s) URL: the backups' store");
  }
  return problems.length > 0
    ? { ok: false, problems }
    : { ok: true, named: { storeUrls, ragServices, caches, modelAccess, observationTokens } };
}
