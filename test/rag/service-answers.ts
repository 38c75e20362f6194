/** A complete, honest answer of GET /config. */
export const REPORT = {
  service: "support-docs",
  run_id: "run-1",
  config_version: "v1",
  config: { generation: { model: "reader-1", temperature: 0 } },
  config_hash: "a".repeat(64),
  variables: ["AWS_REGION", "RAG_STORE_URL"],
  source: { commit: "0123456", branch: "main" },
  models: { generation: ["reader-1"], embedding: "embedder-1", rerank: null },
  model_calls_per_answer: 1,
};

/** A complete, honest answer of POST /answer. */
export const ANSWER = {
  answer: "Seven days. [1]",
  citations: [{ chunk_id: "a.md#1", document: "a.md" }],
  snapshot: [
    { chunk_id: "a.md#1", document: "a.md", text: "Seven days.", bm25_text: "Seven days.", score: 0.03, rank: 1 },
  ],
  candidates: { before_clamp: 1, before_dedup: 1, after_dedup: 1 },
  context: [{ chunk_id: "a.md#1", document: "a.md", text: "Seven days.", tokens: 3 }],
  timings: { retrieve_ms: 4.2, rerank_ms: 0, generate_ms: 9, embedding_ms: 0.1, first_text_ms: 6, total_ms: 13.2 },
  tool_calls: [],
  prompt_audit: {
    prompt_sha256: "b".repeat(64),
    prompt: "…",
    model: "reader-1",
    temperature: 0,
    seed: "unsupported",
    cot: false,
    few_shot_ids: ["fs-01"],
    input_tokens: 40,
    output_tokens: 5,
  },
  config_hash: "a".repeat(64),
  run_id: "run-1",
  config_version: "v1",
  cache: "off",
  nonce: "n-1",
  trace_id: "t-1",
};
