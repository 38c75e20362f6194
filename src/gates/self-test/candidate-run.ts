import type { SelfTest } from "#src/gates/self-test/self-test";

export const candidateRunSelfTest: SelfTest = {
  bad: [
    {
      what: "a chunk that went missing after ingestion",
      sql: ["DELETE FROM chunks WHERE run = 'golive-self-test-candidate' AND id = 'c7'"],
      finds: "candidate:chunks by ingestion",
    },
    {
      what: "a chunk that was edited after ingestion",
      sql: ["UPDATE chunks SET content = 'edited' WHERE run = 'golive-self-test-candidate' AND id = 'c7'"],
      finds: "candidate:content by ingestion",
    },
    {
      what: "an ingestion that took a chunk of the live run",
      sql: ["DELETE FROM chunks WHERE run = 'golive-self-test-live' AND id = 'c7'"],
      finds: "active:chunks by ingestion",
    },
  ],
  good: { what: "both runs as ingestion recorded them" },
};
