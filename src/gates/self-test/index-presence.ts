import type { SelfTest } from "#src/gates/self-test/self-test";

export const indexPresenceSelfTest: SelfTest = {
  bad: [
    {
      what: "one chunk without an embedding",
      sql: ["UPDATE chunks SET embedding = NULL WHERE run = 'golive-self-test-candidate' AND id = 'c7'"],
      finds: "embedding:missing",
    },
    {
      what: "one embedding of another dimension",
      sql: ["UPDATE chunks SET embedding = '{1,2,3}' WHERE run = 'golive-self-test-candidate' AND id = 'c7'"],
      finds: "embedding:dimension",
    },
    {
      what: "a configuration with another dimension than golive.yaml says",
      sql: [
        `UPDATE configs SET body = jsonb_set(body, '{embedding,dimension}', '5') WHERE version = 'golive-self-test-2'`,
      ],
      finds: "embedding.dimension:not-as-golive.yaml",
    },
    { what: "no full-text index", sql: ["DROP INDEX chunks_sparse"], finds: "sparse-index:missing" },
    {
      what: "no vector index where one is asked for",
      change: ({ service }) => ({ service: { ...service, retrieval: { ...service.retrieval, vector_index: "hnsw" } } }),
      finds: "vector-index:missing",
    },
  ],
  good: { what: "embeddings and the full-text index as configured" },
};
