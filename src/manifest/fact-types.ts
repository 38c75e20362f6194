import { z } from "zod";
import type { Json } from "#src/manifest/canonical";
import type { FactName } from "#src/manifest/configuration-facts";
import { isPlaceholder } from "#src/manifest/placeholder";

/** What a fact has to be, and how people are told. */
type FactType = { readonly expected: string; readonly schema: z.ZodType };

/** One character over and over is what somebody types who has no hash. */
const isMadeUp = (text: string): boolean => /^(.)\1*$/.test(text);

const sha256: FactType = {
  expected: "a SHA-256 as 64 small hex digits",
  schema: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .refine((text) => !isMadeUp(text)),
};
const whole = (min: number, max: number): FactType => ({
  expected: `a whole number from ${min} to ${max.toLocaleString("en-US")}`,
  schema: z.int().min(min).max(max),
});
const within = (min: number, max: number): FactType => ({
  expected: `a number from ${min} to ${max.toLocaleString("en-US")}`,
  schema: z.number().min(min).max(max),
});
const flag: FactType = { expected: "true or false", schema: z.boolean() };
const name: FactType = {
  expected: "a name with a letter in it, no placeholder",
  schema: z.string().refine((text) => /\p{L}/u.test(text) && !isPlaceholder(text)),
};
const filled: FactType = {
  expected: "an object with something in it (or `applies: false` with a reason in golive.yaml)",
  schema: z.record(z.string(), z.json()).refine((value) => Object.keys(value).length > 0),
};
const ids: FactType = {
  expected: "a list of ids, each once",
  schema: z.array(z.string().refine((id) => !isPlaceholder(id))).refine((list) => new Set(list).size === list.length),
};

/** A hash that isn't one, a temperature in words or an empty object can't be told from a fact that nobody knows. */
const TYPES: Readonly<Record<FactName, FactType>> = {
  top_k_dense: whole(0, 100_000),
  top_k_sparse: whole(0, 100_000),
  fusion: name,
  rrf_k: within(0, 100_000),
  weights: filled,
  per_document_cap: whole(1, 100_000),
  dedup_jaccard: within(0, 1),
  rerank_enabled: flag,
  rerank_model: name,
  rerank_top_n: whole(1, 100_000),
  context_chunks: whole(1, 100_000),
  context_max_tokens: whole(1, 100_000_000),
  chunking_version: {
    expected: "a number, or a name that is no placeholder",
    schema: z.union([z.number(), z.string().refine((text) => !isPlaceholder(text))]),
  },
  chunk_max_tokens: whole(1, 1_000_000),
  chunk_overlap_tokens: whole(0, 1_000_000),
  chunk_jaccard: within(0, 1),
  chunk_prefix_policy: { expected: '"A" or "none"', schema: z.enum(["A", "none"]) },
  chunk_overrides: { expected: "an object; {} where there are none", schema: z.record(z.string(), z.json()) },
  embedding_model: name,
  embedding_dimension: whole(1, 16_000),
  tokenizer: name,
  tokenizer_sha256: sha256,
  generation_model: name,
  temperature: within(0, 2),
  top_p: within(0, 1),
  seed: whole(0, Number.MAX_SAFE_INTEGER),
  max_tokens: whole(1, 100_000_000),
  chain_of_thought: flag,
  prompt_sha256: sha256,
  few_shot_ids: ids,
  few_shot_selection: { expected: '"fixed" or "per-question"', schema: z.enum(["fixed", "per-question"]) },
  few_shot_pool_sha256: sha256,
  few_shot_selector: name,
  few_shot_selector_seed: whole(0, Number.MAX_SAFE_INTEGER),
  thresholds: filled,
};

const MOST_SHOWN = 60;

/** What is wrong with a fact's value, as the end of a sentence; null for nothing. */
export function wrongValue(fact: FactName, value: Json): string | null {
  const { expected, schema } = TYPES[fact];
  if (schema.safeParse(value).success) return null;
  const text = JSON.stringify(value);
  const shown = text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
  return `is ${shown} (${fact}); expected ${expected}`;
}
