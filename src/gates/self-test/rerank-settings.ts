import type { SelfTest } from "#src/gates/self-test/self-test";

export const rerankSettingsSelfTest: SelfTest = {
  bad: [
    {
      what: "a reranker without a model",
      sql: [`UPDATE configs SET body = jsonb_set(body, '{rerank,enabled}', 'true')`],
      finds: "rerank_model:unknown",
    },
    {
      what: "a configuration that does not mention reranking",
      sql: [`UPDATE configs SET body = body - 'rerank'`],
      finds: "rerank_enabled:unknown",
    },
  ],
  good: { what: "reranking that is off, and says so" },
};
