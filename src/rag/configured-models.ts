import type { ServiceConfig } from "#src/config/service-config";

/** The models that a configuration version names. Null: none, which is a mistake for all but the reranker. */
export type ConfiguredModels = {
  readonly generation: string | null;
  readonly embedding: string | null;
  /** Null also when the version says that it uses none. */
  readonly rerank: string | null;
  /** What keeps the ids from being known, one sentence each. */
  readonly problems: readonly string[];
};

/**
 * Reads the model ids of a configuration version from where golive.yaml says they stand. No reranker is used when its path
 * isn't configured, holds null, or has `enabled: false` beside it.
 */
export function configuredModels(paths: ServiceConfig["models"], body: unknown): ConfiguredModels {
  const problems: string[] = [];
  const idAt = (path: string, what: string): string | null => {
    const value = valueAt(body, path.split("."));
    if (typeof value === "string" && value.trim() !== "") return value;
    const found = value === undefined ? "nothing" : value === null ? "null" : `a value of type ${typeof value}`;
    problems.push(`\`${path}\` of the configuration version holds ${found}; expected the id of the ${what} model`);
    return null;
  };
  const rerank = usesReranker(paths.rerank, body) ? idAt(paths.rerank, "rerank") : null;
  return {
    generation: idAt(paths.generation, "generation"),
    embedding: idAt(paths.embedding, "embedding"),
    rerank,
    problems,
  };
}

function usesReranker(path: string | undefined, body: unknown): path is string {
  if (path === undefined) return false;
  const parts = path.split(".");
  if (valueAt(body, [...parts.slice(0, -1), "enabled"]) === false) return false;
  return valueAt(body, parts) !== null;
}

function valueAt(body: unknown, path: readonly string[]): unknown {
  let at = body;
  for (const key of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
    at = Reflect.get(at, key);
  }
  return at;
}
