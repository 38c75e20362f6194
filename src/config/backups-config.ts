import { z } from "zod";
import { envName, secretEnvName } from "#src/config/names";

const key = z.union(
  [z.strictObject({ key_env: secretEnvName }), z.strictObject({ key_file: z.string().min(1).max(1_000) })],
  { error: "either `key_env` (a variable) or `key_file` (a path), which holds an age identity" },
);

const directory = z.strictObject({
  kind: z.literal("directory"),
  /** Relative to the configuration's folder. Every copy of Golive must see the same one. */
  path: z.string().min(1).max(1_000),
});

const s3 = z.strictObject({
  kind: z.literal("s3"),
  bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "a bucket's name"),
  prefix: z
    .string()
    .regex(/^[\w-]+(\/[\w-]+)*$/, "words separated by /, without one at either end")
    .optional(),
  region_env: envName,
  /** Variable with another endpoint than the region's own: another vendor's store. */
  endpoint_env: envName.optional(),
  /** The bucket in the path instead of the host name, as most other vendors want it. */
  path_style: z.boolean().default(false),
  /** How the store itself encrypts; left out: as the bucket is set. */
  server_side_encryption: z
    .discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("AES256") }),
      z.strictObject({ kind: z.literal("aws:kms"), key_id: z.string().min(1).max(2_048).optional() }),
    ])
    .optional(),
});

/** Where full backups are kept, how long, and how old the last proven restore may be. */
export const backupsSchema = z.strictObject({
  storage: z.discriminatedUnion("kind", [directory, s3]),
  /** Encrypted before they leave this process, with the key that stands there; never the key itself. */
  encryption: key.optional(),
  keep: z
    .strictObject({
      newest: z.int().min(1).max(10_000).default(7),
      days: z.number().min(0).max(3_650).default(30),
    })
    .prefault({}),
  proven_within_days: z.number().positive().max(365).default(7),
});

export type BackupsConfig = z.infer<typeof backupsSchema>;
