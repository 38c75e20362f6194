import type { SelfTest } from "#src/gates/self-test/self-test";

export const tokenBudgetSelfTest: SelfTest = {
  bad: [
    {
      what: "one chunk of 400 tokens where 200 are allowed",
      sql: ["UPDATE chunks SET tokens = 400 WHERE run = 'golive-self-test-candidate' AND id = 'c7'"],
      finds: "chunk-size:exceeded",
    },
    {
      what: "chunks that fit alone and not together",
      sql: ["UPDATE chunks SET tokens = 190 WHERE run = 'golive-self-test-candidate'"],
      finds: "context-budget:exceeded",
    },
    {
      what: "a configuration that gives the reader more chunks than golive.yaml says",
      sql: [`UPDATE configs SET body = jsonb_set(body, '{context,chunks}', '4') WHERE version = 'golive-self-test-2'`],
      finds: "context.chunks:not-as-golive.yaml",
    },
    {
      what: "a configuration that does not exist",
      sql: ["DELETE FROM configs WHERE version = 'golive-self-test-2'"],
      finds: "configuration:missing",
    },
  ],
  good: { what: "chunks that fit alone and together" },
};
