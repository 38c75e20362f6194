import { z } from "zod";
import { envName, line } from "#src/config/names";

/** An id, inference profile id or ARN, as Bedrock takes it. */
const modelId = z.string().regex(/^(?!fill-in$)[A-Za-z0-9][\w.:/-]{2,299}$/, "a model id as the provider takes it");

const seconds = z.number().positive().max(3600);

/** One account at the provider has one limit, whoever asks: this stands once, not per service. */
export const modelsSchema = z.strictObject({
  region_env: envName,
  /** The variable that holds another endpoint than the region's own. */
  endpoint_env: envName.optional(),
  limits: z
    .strictObject({
      /** Requests that may be under way at one time, over all processes. */
      max_in_flight: z.int().min(1).max(64),
      /** Requests that may begin per second, over all processes; retries count. */
      per_second: z.number().min(0.001).max(1000),
      /** Callers of one process that may wait or run at one time. */
      workers: z.int().min(1).max(16),
      call_timeout_s: seconds,
      first_text_timeout_s: seconds,
      /** Tries after the first. */
      retries: z.int().min(0).max(10),
      /** Seconds from the first try, after which none is made. */
      retry_budget_s: seconds,
    })
    .refine((limits) => limits.first_text_timeout_s <= limits.call_timeout_s, {
      path: ["first_text_timeout_s"],
      error: "is longer than `call_timeout_s`, which ends the call before",
    })
    .refine((limits) => limits.retry_budget_s >= limits.call_timeout_s, {
      path: ["retry_budget_s"],
      error: "is shorter than `call_timeout_s`: the first try alone may take longer",
    }),
  /**
   * What live profiling showed to be safe beyond the checklist's conservative numbers, and where that is written down. Without
   * it the concurrency check holds the limits against those numbers.
   */
  profiled: z
    .strictObject({
      max_in_flight: z.int().min(1).max(64).optional(),
      per_second: z.number().min(0.001).max(1000).optional(),
      workers: z.int().min(1).max(16).optional(),
      reason: line.min(10),
    })
    .optional(),
  /** What a million tokens of a model cost, in dollars, by its id: for the estimate before an evaluation. */
  prices: z
    .record(modelId, z.strictObject({ input: z.number().min(0).max(10_000), output: z.number().min(0).max(10_000) }))
    .optional(),
});

/** Golive's own model. Those of the service stand in its configuration versions. */
export const serviceModelsSchema = z.strictObject({
  /** Not the service's: what is judged must not choose its judge. */
  judge_model: modelId,
});
