import { z } from "zod";
import { secretEnvName } from "#src/config/names";

/** How a result's column is called; quoted wherever it is used. */
const column = z.string().min(1).max(63);

/** The service's own table of traces, read with the RAG store's connection. */
const pollSchema = z.strictObject({
  /** One SELECT. `$1` is the cursor, as text; columns are named like the fields of an observation. */
  query: z
    .string()
    .min(1)
    .max(20_000)
    .regex(
      /\$1(?!\d)/,
      "a query that uses $1, the cursor: without it every look would read the table from its beginning",
    )
    .regex(/^\s*(select|with)\b/i, "one SELECT (or WITH … SELECT)")
    .regex(/^[^;]*$/, "one statement, without a semicolon"),
  /** The column of the result that is the next cursor; rows come in its order. */
  cursor: column,
  /** What `$1` is the first time. */
  start: z.string().max(200),
  every_s: z.number().min(1).max(3_600).default(30),
});
export type PollConfig = z.infer<typeof pollSchema>;

/** How a service's observations come in. Absent: they don't. */
export const serviceObservationsSchema = z
  .strictObject({
    /** The variable that holds the token of POST /v1/observations and /v1/traces. */
    token_env: secretEnvName.optional(),
    poll: pollSchema.optional(),
  })
  .refine(
    ({ token_env, poll }) => token_env !== undefined || poll !== undefined,
    "neither `token_env` nor `poll`: no observation could come in",
  )
  .optional();

/** Shared by all services, since a day's partition is. */
export const observationsSchema = z
  .strictObject({
    /** Whole days are dropped when they ended so many days ago. A canary takes seven at most. */
    keep_days: z.int().min(9).max(365).default(30),
    /** What is older than so many hours when it comes is refused. */
    late_after_hours: z.number().positive().max(168).default(24),
  })
  .prefault({});
