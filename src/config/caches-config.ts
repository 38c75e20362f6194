import { z } from "zod";
import { envName, secretEnvName } from "#src/config/names";

const seconds = z.number().positive().max(120).default(10);

/**
 * What keeps old answers, and how it is emptied after a rollback. `table`: emptied in the RAG store's database. `hook`: one request to
 * an address of yours. `redis`: one command to a Redis that speaks HTTP (a POST of the command as a JSON array).
 */
export const cachesSchema = z
  .array(
    z.discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("table"), table: z.string().min(1).max(127) }),
      z.strictObject({
        kind: z.literal("hook"),
        url_env: envName,
        token_env: secretEnvName.optional(),
        method: z.enum(["POST", "DELETE"]).default("POST"),
        timeout_s: seconds,
      }),
      z.strictObject({
        kind: z.literal("redis"),
        url_env: envName,
        token_env: secretEnvName.optional(),
        command: z.array(z.string().min(1).max(500)).min(1).max(50).default(["FLUSHDB"]),
        timeout_s: seconds,
      }),
    ]),
  )
  .max(10)
  .default([]);

export type CacheConfig = z.infer<typeof cachesSchema>[number];
