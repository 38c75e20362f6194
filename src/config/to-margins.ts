import type { Margins } from "#src/evaluation/compare/standings";

/** What a candidate's evaluation is held to against the baseline: what the canary will hold it to afterwards. */
export function toMargins(): Margins {
  return {
    measures: {
      oracle_retrieval_hit_prefilter: { threshold: 0, tolerance: 0.03 },
      reader_used_gold: { threshold: 0, tolerance: 0.03 },
      f1: { threshold: 0, tolerance: 0.02 },
      precision: { threshold: 0.02, tolerance: 0.04 },
    },
    latency: { threshold: 1.15, tolerance: 1.25 },
  };
}
