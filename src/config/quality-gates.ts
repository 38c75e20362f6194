import { z } from "zod";
import { canarySchema } from "#src/config/canary-config";

const share = z.number().min(0).max(1);

export const qualityGatesSchema = z.strictObject({
  quality_gates: z.strictObject({
    precision_min: share,
    recall_min: share,
    f1_min: share,
    /** Seconds, 95th percentile end to end. */
    latency_max: z.number().positive().max(3600),
    faithfulness_min: share,
    oracle_retrieval_hit_min: share,
    reader_used_gold_min: share,
  }),
  /** Left out: the KPIs of src/canary/default-policy.ts. */
  canary: canarySchema.optional(),
});

/** The absolute floors of quality_gates.yaml: shares as 0-1, `latency_max` in seconds. */
export type QualityGates = z.infer<typeof qualityGatesSchema>["quality_gates"];
