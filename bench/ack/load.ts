import { z } from "zod";

/** Stands in a body wherever the request's own number belongs; survives form encoding. */
export const NUMBER = "0NUMBER0";

/** Requests at fixed times, whether or not earlier ones were answered (an open loop). */
export const loadSchema = z.object({
  url: z.url(),
  signingSecret: z.string(),
  /** Requests per second. */
  rate: z.number().positive(),
  count: z.number().int().positive(),
  /** Sent in turn. `NUMBER` becomes `name` and the request's index: no two requests have the same signature. */
  bodies: z.array(z.string()).min(1).readonly(),
  name: z.string().regex(/^[a-z0-9]+$/),
});
export type Load = z.infer<typeof loadSchema>;

/** One request. Times are epoch milliseconds with fractions, comparable between processes of one machine. */
export const shotSchema = z.object({
  id: z.string(),
  /** When it should have left: every latency counts from here. */
  due: z.number(),
  /** When it did. Far behind `due` means that the generator was too slow, not the server. */
  sent: z.number(),
  acked: z.number(),
  /** Null: no answer at all. */
  status: z.number().nullable(),
});
export type Shot = z.infer<typeof shotSchema>;

export const volleySchema = z.object({ shots: z.array(shotSchema) });
export type Volley = z.infer<typeof volleySchema>;
