import type { Json } from "#src/manifest/canonical";
import { type FactOverrides, readConfigurationFacts } from "#src/manifest/configuration-facts";

export const MODEL_ROLES = ["generation", "embedding", "rerank", "judge"] as const;
export type ModelRole = (typeof MODEL_ROLES)[number];

/** Which model each role asks for; null: nobody said. `rerank` is left out where the configuration says it is off. */
export type AskedModels = Readonly<Partial<Record<ModelRole, string | null>>>;

/** Null: the provider has no such model. Throws when the provider can't be asked. */
export type ResolveModel = (
  model: string,
  signal: AbortSignal,
) => Promise<{ readonly arn: string; readonly models: readonly string[] } | null>;

/** The models that a configuration version names, and Golive's own judge. */
export function askedModels(body: Json, overrides: FactOverrides, judge: string): AskedModels {
  const known = new Map(readConfigurationFacts(body, overrides).facts.map(({ name, value }) => [name, value]));
  const id = (name: "generation_model" | "embedding_model" | "rerank_model"): string | null => {
    const value = known.get(name);
    return typeof value === "string" ? value : null;
  };
  const reranks = known.has("rerank_model") && known.get("rerank_enabled") !== false;
  return {
    generation: id("generation_model"),
    embedding: id("embedding_model"),
    ...(reranks ? { rerank: id("rerank_model") } : {}),
    judge,
  };
}

/** One model as the manifest holds it: the id that is asked for, and the ARNs that the provider resolves it to. */
export type ModelFact = {
  readonly asked: string | null;
  readonly arn: string | null;
  readonly models: readonly string[];
};

/** Asks the provider for each model once. A role whose id is unknown or that the provider has no model for has a null ARN. */
export async function collectModels(
  asked: AskedModels,
  resolve: ResolveModel,
  signal: AbortSignal,
): Promise<Readonly<Partial<Record<ModelRole, ModelFact>>>> {
  const facts: Partial<Record<ModelRole, ModelFact>> = {};
  for (const role of MODEL_ROLES) {
    const id = asked[role];
    if (id === undefined) continue;
    const found = id === null ? null : await resolve(id, signal);
    facts[role] = { asked: id, arn: found?.arn ?? null, models: [...(found?.models ?? [])].sort() };
  }
  return facts;
}
