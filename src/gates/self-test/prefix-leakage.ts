import type { SelfTest } from "#src/gates/self-test/self-test";

export const prefixLeakageSelfTest: SelfTest = {
  bad: [
    {
      what: "one search text with the ingestion prefix",
      sql: [
        "UPDATE chunks SET bm25_text = 'Document: ' || bm25_text WHERE run = 'golive-self-test-candidate' AND id = 'c7'",
      ],
      finds: "bm25_text:prefix",
    },
    {
      what: "one embedding text without it",
      sql: ["UPDATE chunks SET embedding_text = content WHERE run = 'golive-self-test-candidate' AND id = 'c7'"],
      finds: "embedding_text:against-policy-A",
    },
    {
      what: "a configuration under another prefix policy than golive.yaml says",
      sql: [
        `UPDATE configs SET body = jsonb_set(body, '{chunking,prefix_policy}', '"none"') WHERE version = 'golive-self-test-2'`,
      ],
      finds: "chunking.prefix_policy:not-as-golive.yaml",
    },
  ],
  good: { what: "the prefix in every embedding text and in no search text" },
};
