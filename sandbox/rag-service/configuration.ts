import { z } from "zod";
import { EMBEDDING_DIMENSION } from "#sandbox/rag/embed";
import { TOKENIZER } from "#sandbox/rag/tokenizer";
import type { FewShotPools } from "#sandbox/rag-service/few-shot-pool";
import { hashOf } from "#sandbox/rag-service/hash";
import { HttpError } from "#sandbox/rag-service/http-error";
import { promptTemplate } from "#sandbox/rag-service/prompt";

const share = z.number().min(0).max(1);
const positive = z.int().min(1);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** A tool that this service may use, as its configuration declares it. */
const toolSchema = z.object({
  name: z.string().min(1),
  schema: z.record(z.string(), z.json()),
  mutating: z.boolean(),
});

/** The standard layout of docs/rag-service.md. Further keys are kept: they are in the hash, whatever they do. */
const bodySchema = z.looseObject({
  retrieval: z.object({
    top_k_dense: positive.max(500),
    top_k_sparse: positive.max(500),
    fusion: z.literal("rrf"),
    rrf_k: z.number().positive(),
    weights: z.object({ dense: z.number().min(0), sparse: z.number().min(0) }),
    per_document_cap: positive,
    dedup_jaccard: share,
  }),
  rerank: z.object({ enabled: z.boolean(), model: z.string().nullable(), top_n: positive }),
  context: z.object({ chunks: positive, max_tokens: positive }),
  chunking: z.object({
    version: z.number(),
    max_tokens: positive,
    overlap_tokens: z.int().min(0),
    jaccard: share,
    prefix_policy: z.enum(["A", "none"]),
    overrides: z.record(z.string(), z.json()),
  }),
  embedding: z.object({
    model: z.string(),
    dimension: positive,
    tokenizer: z.string(),
    tokenizer_sha256: sha256,
  }),
  generation: z.object({
    model: z.string(),
    temperature: share,
    top_p: share,
    seed: z.int(),
    max_tokens: positive,
    chain_of_thought: z.boolean(),
  }),
  prompt: z.looseObject({
    template: z.string(),
    sha256,
    few_shot_ids: z.array(z.string()),
    few_shot_pool_sha256: sha256,
  }),
  thresholds: z.object({ dense_similarity_min: share }),
  tools: z.array(toolSchema).optional(),
});

/** One configuration version, as it stands in the store. */
export type ServiceBody = z.infer<typeof bodySchema>;

/** Reads a configuration version. Throws an `HttpError` 422 that names the first wrong field. */
export function parseConfiguration(version: string, body: unknown, pools: FewShotPools): ServiceBody {
  const parsed = bodySchema.safeParse(body);
  if (parsed.success) {
    const missing = whatIsMissing(parsed.data, pools);
    if (missing !== null) throw new HttpError(422, `configuration ${version} asks for ${missing}`);
    return parsed.data;
  }
  const [issue] = parsed.error.issues;
  throw new HttpError(
    422,
    `configuration ${version}: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? "unreadable"}`,
  );
}

/** What a configuration names and this build of the service doesn't have as named; null for nothing. */
function whatIsMissing({ prompt, embedding }: ServiceBody, pools: FewShotPools): string | null {
  if (promptTemplate(prompt.template)?.sha256 !== prompt.sha256) return `another text of the prompt ${prompt.template}`;
  const pool = pools(prompt.few_shot_pool_sha256);
  if (pool === null)
    return `another few-shot pool (${prompt.few_shot_pool_sha256.slice(0, 8)}), which was not shipped here`;
  const unknown = prompt.few_shot_ids.find((id) => !pool.examples.some((example) => example.id === id));
  if (unknown !== undefined) return `the example ${unknown}, which the few-shot pool hasn't`;
  if (embedding.dimension !== EMBEDDING_DIMENSION) return `${embedding.dimension} dimensions of its embedder`;
  return embedding.tokenizer_sha256 === hashOf(TOKENIZER) ? null : "another tokenizer";
}

const SECRET_KEY = /secret|password|passwd|api_?key|credential|bearer|private_?key/i;

/** A configuration as it may be shown: whatever stands under a key that names a secret is blotted out. */
export function redacted<T>(value: T): T;
export function redacted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => redacted(each));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      SECRET_KEY.test(key) && each !== null ? "[redacted]" : redacted(each),
    ]),
  );
}
