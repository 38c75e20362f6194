import { z } from "zod";

/** What bench/limiter.ts tells a caller first. */
export const orderSchema = z.object({
  databaseUrl: z.string(),
  listen: z.boolean(),
  endpoint: z.string(),
  region: z.string(),
  limits: z.object({ maxInFlight: z.number(), perSecond: z.number(), workers: z.number() }),
  leaseMs: z.number(),
  /** Loops that each ask for one call after the other. */
  askers: z.number(),
});
export type Order = z.infer<typeof orderSchema>;

/** And then: to stop, or to kill itself with SIGKILL in its next call, so long after it began. */
export const thenSchema = z.object({ dieInCallAfterMs: z.number().optional() });

/** What a caller says: that it listens; at its end, how often something went wrong. */
export const heardSchema = z.union([z.literal("ready"), z.object({ troubles: z.number() })]);
export type Heard = z.infer<typeof heardSchema>;
