import type { Observation } from "#src/canary/observation";

/** What an observation says that says nothing. */
export const SILENT: Omit<Observation, "at" | "arm" | "traceId"> = {
  queryId: null,
  failed: false,
  latency: null,
  scores: {},
  budgetViolation: null,
  prefixLeakage: null,
  dedupRate: null,
  breadth: null,
  tools: null,
  retries: null,
  hardTimeout: null,
  rejected: null,
  embeddingMs: null,
};
