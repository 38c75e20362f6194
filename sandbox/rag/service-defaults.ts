import { type Chunking, DEFAULT_CHUNKING } from "#sandbox/rag/chunk-markdown";
import { EMBEDDING_DIMENSION } from "#sandbox/rag/embed";
import { TOKENIZER } from "#sandbox/rag/tokenizer";
import type { ServiceBody } from "#sandbox/rag-service/configuration";
import { FEW_SHOT_POOL } from "#sandbox/rag-service/few-shot-pool";
import { hashOf } from "#sandbox/rag-service/hash";
import { DEFAULT_TEMPLATE, promptTemplate } from "#sandbox/rag-service/prompt";

/** The configuration of the sandbox's RAG service, as it would stand in rag.service_configs. No secrets are in it. */
export function defaultServiceConfig(chunking: Chunking = DEFAULT_CHUNKING): ServiceBody {
  return {
    retrieval: {
      top_k_dense: 40,
      top_k_sparse: 40,
      fusion: "rrf",
      rrf_k: 60,
      weights: { dense: 1, sparse: 1 },
      per_document_cap: 4,
      dedup_jaccard: 0.8,
    },
    rerank: { enabled: false, model: null, top_n: 8 },
    context: { chunks: 8, max_tokens: 3000 },
    chunking: {
      version: 1,
      max_tokens: chunking.maxTokens,
      overlap_tokens: chunking.overlapTokens,
      jaccard: 0.8,
      prefix_policy: "A",
      overrides: {},
    },
    embedding: {
      model: "sandbox.hash-embed-256-v1",
      dimension: EMBEDDING_DIMENSION,
      tokenizer: TOKENIZER.id,
      tokenizer_sha256: hashOf(TOKENIZER),
    },
    generation: {
      model: "sandbox.extractive-reader-v1",
      temperature: 0,
      top_p: 1,
      seed: 42,
      max_tokens: 1024,
      chain_of_thought: false,
    },
    prompt: {
      template: DEFAULT_TEMPLATE,
      sha256: promptTemplate(DEFAULT_TEMPLATE)?.sha256 ?? "",
      few_shot_ids: ["fs-01", "fs-02", "fs-04"],
      few_shot_pool_sha256: FEW_SHOT_POOL.sha256,
    },
    thresholds: { dense_similarity_min: 0.05 },
  };
}

/** Names of the variables that the service itself reads: those that its GET /config shows. */
export const SERVICE_VARIABLES = ["AWS_REGION", "EMBEDDING_DIMENSION", "RAG_STORE_URL"] as const;

/** Where nobody listens: for houses in which no RAG service is started. */
const NOWHERE = "http://127.0.0.1:9";

/** The variables that configs/golive.yaml says the demo's service needs. `service`: where the RAG service listens. */
export function serviceEnvironment(
  storeUrl: string,
  service: { readonly url: string; readonly bedrock: string } = { url: NOWHERE, bedrock: NOWHERE },
): Readonly<Record<string, string>> {
  return {
    RAG_STORE_URL: storeUrl,
    RAG_SERVICE_URL: service.url,
    BEDROCK_ENDPOINT: service.bedrock,
    AWS_REGION: "eu-central-1",
    // What the AWS SDK signs with; the local Bedrock takes any.
    AWS_ACCESS_KEY_ID: "sandbox-access-key",
    AWS_SECRET_ACCESS_KEY: "sandbox-secret-not-a-secret",
    EMBEDDING_DIMENSION: String(EMBEDDING_DIMENSION),
  };
}
