import { z } from "zod";
import type { ServiceConfig } from "#src/config/service-config";
import { type FactName, type FactOverrides, factPath, readConfigurationFacts } from "#src/manifest/configuration-facts";
import type { FewShotPaths, LiveExamples } from "#src/operations/few-shot/live-examples";
import { liveConfig } from "#src/operations/proposals/work/live-config";
import type { RagStore } from "#src/rag/store";

/** What is live, or why its examples can't be chosen anew. */
export type ReadLive =
  | { readonly ok: true; readonly live: LiveExamples }
  | { readonly ok: false; readonly says: string };

const idsSchema = z.array(z.string());
const refuse = (says: string): ReadLive => ({ ok: false, says });

/** Reads the live configuration version's examples and embedder where the service keeps them. Throws `RagStoreError`. */
export async function readLive(
  store: Pick<RagStore, "pointer" | "configVersions">,
  { configuration_facts: overrides }: Pick<ServiceConfig, "configuration_facts">,
): Promise<ReadLive> {
  const found = await liveConfig(store);
  if (found === null) return refuse("Nothing is live.");
  const body = z.json().safeParse(found.body);
  const { pair, digest } = found;
  if (digest === null || !body.success) return refuse(`The store has no configuration version ${pair.config} to read.`);
  const paths = pathsOf(overrides);
  if (paths === null) return refuse("golive.yaml says that prompts carry no examples.");
  const { facts } = readConfigurationFacts(body.data, overrides);
  const factOf = (name: FactName) => facts.find((fact) => fact.name === name)?.value;
  const ids = idsSchema.safeParse(factOf("few_shot_ids"));
  const [model, dimension, pool] = [
    factOf("embedding_model"),
    factOf("embedding_dimension"),
    factOf("few_shot_pool_sha256"),
  ];
  if (!ids.success)
    return refuse(`Configuration ${pair.config} doesn't say which examples prompts show (${paths.ids}).`);
  if (typeof model !== "string" || typeof dimension !== "number") {
    return refuse(`Configuration ${pair.config} doesn't name its embedder and dimension.`);
  }
  return {
    ok: true,
    live: {
      base: { ...pair, digest },
      body: body.data,
      paths,
      ids: ids.data,
      poolSha256: typeof pool === "string" ? pool : null,
      selection: factOf("few_shot_selection") === "per-question" ? "per-question" : "fixed",
      embedder: { model, dimension },
    },
  };
}

/** Where the service keeps what is said of examples; null: it has none. */
export function pathsOf(overrides: FactOverrides): FewShotPaths | null {
  const pathOf = (name: FactName) => factPath(overrides, name);
  const [ids, pool] = [pathOf("few_shot_ids"), pathOf("few_shot_pool_sha256")];
  if (ids === null || pool === null) return null;
  return { ids, pool, selector: pathOf("few_shot_selector"), seed: pathOf("few_shot_selector_seed") };
}
