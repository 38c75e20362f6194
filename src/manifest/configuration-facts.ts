import type { Json } from "#src/manifest/canonical";
import { wrongValue } from "#src/manifest/fact-types";

/**
 * What can change an answer, and so has to stand in a configuration version: name → where it stands in the standard layout
 * (docs/rag-service.md). A service that keeps one elsewhere says so in golive.yaml (`configuration_facts`).
 */
export const CONFIGURATION_FACTS = {
  top_k_dense: "retrieval.top_k_dense",
  top_k_sparse: "retrieval.top_k_sparse",
  fusion: "retrieval.fusion",
  rrf_k: "retrieval.rrf_k",
  weights: "retrieval.weights",
  per_document_cap: "retrieval.per_document_cap",
  dedup_jaccard: "retrieval.dedup_jaccard",
  rerank_enabled: "rerank.enabled",
  rerank_model: "rerank.model",
  rerank_top_n: "rerank.top_n",
  context_chunks: "context.chunks",
  context_max_tokens: "context.max_tokens",
  chunking_version: "chunking.version",
  chunk_max_tokens: "chunking.max_tokens",
  chunk_overlap_tokens: "chunking.overlap_tokens",
  chunk_jaccard: "chunking.jaccard",
  chunk_prefix_policy: "chunking.prefix_policy",
  chunk_overrides: "chunking.overrides",
  embedding_model: "embedding.model",
  embedding_dimension: "embedding.dimension",
  tokenizer: "embedding.tokenizer",
  tokenizer_sha256: "embedding.tokenizer_sha256",
  generation_model: "generation.model",
  temperature: "generation.temperature",
  top_p: "generation.top_p",
  seed: "generation.seed",
  max_tokens: "generation.max_tokens",
  chain_of_thought: "generation.chain_of_thought",
  prompt_sha256: "prompt.sha256",
  few_shot_ids: "prompt.few_shot_ids",
  few_shot_selection: "prompt.few_shot_selection",
  few_shot_pool_sha256: "prompt.few_shot_pool_sha256",
  few_shot_selector: "prompt.few_shot_selector",
  few_shot_selector_seed: "prompt.few_shot_selector_seed",
  thresholds: "thresholds",
} as const;

export type FactName = keyof typeof CONFIGURATION_FACTS;
export const FACT_NAMES = Object.keys(CONFIGURATION_FACTS).filter(isFactName);

/** Where a service keeps a fact otherwise, or why it has none. */
type FactOverride = string | { readonly applies: false; readonly reason: string };
export type FactOverrides = Readonly<Partial<Record<FactName, FactOverride | undefined>>>;

/** Where a service keeps a fact; null: it has none. */
export function factPath(overrides: FactOverrides, name: FactName): string | null {
  const override = overrides[name];
  if (override === undefined) return CONFIGURATION_FACTS[name];
  return typeof override === "string" ? override : null;
}

/** Facts that say nothing without a reranker: null there is an answer. */
const OF_RERANK: readonly FactName[] = ["rerank_model", "rerank_top_n"];
/** Facts that mean the ordinary where they are left out: examples are `fixed` unless they are selected `per-question`. */
const HAS_DEFAULT: readonly FactName[] = ["few_shot_selection"];
/** Facts of a choice that a program made: left out where people chose the examples. One of the two without the other says nothing. */
const OF_SELECTOR: readonly FactName[] = ["few_shot_selector", "few_shot_selector_seed"];
/** Facts whose digest is null where there is no pool to have one. */
const OF_FEW_SHOTS: readonly FactName[] = ["few_shot_pool_sha256"];

/** One fact as it stands in a configuration: its path and value, or that it isn't there. */
export type Fact = { readonly name: FactName; readonly path: string; readonly value: Json | undefined };

/**
 * The facts of a configuration version's body, in the order above. What the service declares not to have (`applies: false`)
 * is left out; a problem is a sentence for each that is missing, null where null says nothing, of another type than the fact has
 * (a placeholder, a made-up hash), or declared away and there all the same.
 */
export function readConfigurationFacts(
  body: Json,
  overrides: FactOverrides,
): { readonly facts: readonly Fact[]; readonly problems: readonly string[] } {
  const facts: Fact[] = [];
  const problems: string[] = [];
  for (const name of FACT_NAMES) {
    const override = overrides[name];
    const path = typeof override === "string" ? override : CONFIGURATION_FACTS[name];
    const value = valueAt(body, path);
    if (override !== undefined && typeof override !== "string") {
      if (value !== undefined && value !== null) {
        problems.push(`configuration.body.${path} is there, though golive.yaml says that ${name} does not apply`);
      }
      continue;
    }
    facts.push({ name, path, value });
  }
  const known = new Map(facts.map((fact) => [fact.name, fact.value]));
  const mayBeNull = new Set<FactName>([
    ...(known.get("rerank_enabled") === false ? OF_RERANK : []),
    ...(isEmptyList(known.get("few_shot_ids")) ? OF_FEW_SHOTS : []),
  ]);
  const mayBeLeftOut = [...HAS_DEFAULT, ...(isChosenByPeople(known) ? OF_SELECTOR : [])];
  for (const { name, path, value } of facts) {
    if (value === undefined && mayBeLeftOut.includes(name)) continue;
    if (value === undefined && !mayBeNull.has(name)) problems.push(`configuration.body.${path} is not known (${name})`);
    if (value === null && !mayBeNull.has(name)) problems.push(`configuration.body.${path} is null (${name})`);
    const wrong = value === undefined || value === null ? null : wrongValue(name, value);
    if (wrong !== null) problems.push(`configuration.body.${path} ${wrong}`);
  }
  return { facts, problems };
}

/** The value at a dotted path; undefined where nothing stands. */
export function valueAt(body: Json, path: string): Json | undefined {
  let at: Json | undefined = body;
  for (const step of path.split(".")) {
    if (at === null || typeof at !== "object" || Array.isArray(at)) return undefined;
    at = Object.entries(at).find(([key]) => key === step)?.[1];
  }
  return at;
}

function isFactName(name: string): name is FactName {
  return Object.hasOwn(CONFIGURATION_FACTS, name);
}

/** Nobody names a selector, and each question gets the same examples: where each gets its own, a program must have chosen them. */
const isChosenByPeople = (known: ReadonlyMap<FactName, Json | undefined>): boolean =>
  known.get("few_shot_selection") !== "per-question" && OF_SELECTOR.every((name) => known.get(name) === undefined);

const isEmptyList = (value: Json | undefined): boolean => Array.isArray(value) && value.length === 0;
