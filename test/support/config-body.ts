import { canonicalJson, sha256 } from "#src/manifest/canonical";
import type { ServiceReport } from "#src/rag/service";

/** A configuration version in the standard layout of docs/rag-service.md, with a secret in it that must stay where it is. */
export function configBody(topK: number): ServiceReport["config"] {
  return {
    top_k: topK,
    reader: { model: "claude-3", api_key: "hush" },
    retrieval: {
      top_k_dense: topK,
      top_k_sparse: topK,
      fusion: "rrf",
      rrf_k: 60,
      weights: { dense: 1, sparse: 1 },
      per_document_cap: 4,
      dedup_jaccard: 0.8,
    },
    rerank: { enabled: false, model: null, top_n: 8 },
    context: { chunks: 3, max_tokens: 400 },
    chunking: { version: 1, max_tokens: 200, overlap_tokens: 20, jaccard: 0.8, prefix_policy: "A", overrides: {} },
    embedding: {
      model: "sandbox.hash-embed-256-v1",
      dimension: 4,
      tokenizer: "pieces",
      tokenizer_sha256: sha256("pieces"),
    },
    generation: {
      model: "sandbox.extractive-reader-v1",
      temperature: 0,
      top_p: 1,
      seed: 42,
      max_tokens: 1024,
      chain_of_thought: false,
    },
    prompt: { template: "answer-1", sha256: sha256("answer"), few_shot_ids: [], few_shot_pool_sha256: null },
    thresholds: { min_score: 0 },
  };
}

export const COMMIT = "0123456789abcdef0123456789abcdef01234567";

/** What an honest service reports of a configuration; its own redaction leaves secrets out altogether. */
export function honestReport(config: ServiceReport["config"], run = "b", version = "v2"): ServiceReport {
  return {
    service: "docs",
    run_id: run,
    config_version: version,
    config,
    config_hash: sha256(canonicalJson(config)),
    variables: ["AWS_REGION", "RAG_STORE_URL"],
    source: { commit: COMMIT, branch: "main" },
    models: {
      generation: ["sandbox.extractive-reader-v1"],
      embedding: "sandbox.hash-embed-256-v1",
      rerank: null,
    },
    model_calls_per_answer: 1,
  };
}

const REGION = "arn:aws:bedrock:eu-central-1::foundation-model/";
/** A provider that has every model whose id begins with `sandbox.`. */
export const resolveSandbox = async (model: string): Promise<{ arn: string; models: string[] } | null> =>
  model.startsWith("sandbox.") ? { arn: `${REGION}${model}`, models: [`${REGION}${model}`] } : null;
