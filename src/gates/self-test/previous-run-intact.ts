import type { SelfTest } from "#src/gates/self-test/self-test";

export const previousRunIntactSelfTest: SelfTest = {
  bad: [
    {
      what: "a live run with an edited chunk",
      sql: ["UPDATE chunks SET content = 'edited' WHERE run = 'golive-self-test-live' AND id = 'c7'"],
      finds: "run:content by ingestion",
    },
    {
      what: "a live configuration that is gone",
      sql: ["DELETE FROM configs WHERE version = 'golive-self-test-1'"],
      finds: "configuration:missing",
    },
    {
      what: "a pointer that somebody else moved",
      sql: ["UPDATE pointer SET run = 'golive-self-test-candidate'"],
      finds: "pointer:moved",
    },
  ],
  good: { what: "the live run and its configuration untouched" },
};
