import { z } from "zod";

/** What one process of Golive, and one of its queues, may take before the resource check fails. */
export const resourcesSchema = z.strictObject({
  event_loop_lag_ms: z.number().positive().max(60_000).default(200),
  rss_mb: z.number().positive().max(1_048_576).default(1024),
  queue_depth: z.int().min(1).max(1_000_000).default(1000),
});
