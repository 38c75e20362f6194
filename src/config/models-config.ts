import { z } from "zod";
import { envName } from "#src/config/names";

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
});

const dottedPath = z
  .string()
  .max(200)
  .regex(/^[A-Za-z_][\w-]*(\.[A-Za-z_][\w-]*)*$/, "a path into the configuration version, like generation.model");

/** An id, inference profile id or ARN, as Bedrock takes it. */
const modelId = z.string().regex(/^[A-Za-z0-9][\w.:/-]{2,299}$/, "a model id as the provider takes it");

/** Where a configuration version names the models it uses, and the model with which Golive judges. */
export const serviceModelsSchema = z.strictObject({
  generation: dottedPath,
  embedding: dottedPath,
  /** Absent: this service has no reranker at all. */
  rerank: dottedPath.optional(),
  /** Golive's own judge. Not the service's: what is judged must not choose its judge. */
  judge_model: modelId,
});
