import { z } from "zod";
import type { Queryable } from "#src/manifest/manifest-records";

/**
 * `creating`: being written, or its writer died. `complete`: there, and not yet proven. `proven`: restored and compared.
 * `damaged`: it was complete, and a look found otherwise; only a proof that finds nothing ends that. `failed`: it never came about. `deleted`: its time was over.
 */
export type FullBackupState = "creating" | "complete" | "proven" | "damaged" | "failed" | "deleted";

const millis = z.number().nullable();
const row = z.object({
  id: z.string(),
  service: z.string(),
  release: z.string().nullable(),
  description: z.string(),
  location: z.string(),
  kept: z.enum(["creating", "complete", "failed", "deleted"]),
  run: z.string().nullable(),
  config: z.string().nullable(),
  manifestSha256: z.string().nullable(),
  tables: z.number().nullable(),
  rows: z.number().nullable(),
  bytes: z.number().nullable(),
  createdAt: z.number(),
  verifiedAt: millis,
  provenAt: millis,
  restoredAt: millis,
  trouble: z.string().nullable(),
});

/** A full backup as Golive remembers it. Times in epoch milliseconds. */
export type FullBackupEntry = Omit<z.infer<typeof row>, "kept"> & { readonly state: FullBackupState };

/** What is known once a backup is there. */
export type CompleteFacts = {
  readonly run: string | null;
  readonly config: string | null;
  readonly manifestSha256: string;
  readonly tables: number;
  readonly rows: number;
  readonly bytes: number;
};

export type NewEntry = Pick<FullBackupEntry, "id" | "service" | "release" | "description" | "location" | "createdAt">;

/** What happened to a backup; `trouble` null: it was as it should be. */
export type Looked = {
  readonly what: "verified" | "proven" | "restored";
  readonly at: number;
  readonly trouble: string | null;
};

export interface FullBackupRecords {
  begin(entry: NewEntry): Promise<void>;
  complete(id: string, facts: CompleteFacts): Promise<void>;
  fail(id: string, why: string): Promise<void>;
  /** Trouble stays until a proof finds none: fewer things are looked at by anything else. */
  looked(id: string, look: Looked): Promise<void>;
  deleted(id: string): Promise<void>;
  /** Newest first, without those that were deleted. */
  list(service: string): Promise<readonly FullBackupEntry[]>;
}

const ms = (column: string): string => `round(extract(epoch FROM ${column}) * 1000)::float8`;

const LIST = `SELECT id, service, release, description, location, state AS kept, run, config,
    manifest_sha256 AS "manifestSha256", table_count AS tables, row_count::float8 AS rows, bytes::float8 AS bytes,
    ${ms("created_at")} AS "createdAt", ${ms("verified_at")} AS "verifiedAt", ${ms("proven_at")} AS "provenAt",
    ${ms("restored_at")} AS "restoredAt", trouble
  FROM golive.full_backup WHERE service = $1 AND state <> 'deleted' ORDER BY created_at DESC, id DESC`;

/** golive.full_backup in Golive's own database. */
export function createFullBackupRecords(database: Queryable): FullBackupRecords {
  return {
    begin: async ({ id, service, release, description, location, createdAt }) => {
      await database.query(
        `INSERT INTO golive.full_backup (id, service, release, description, location, state, created_at)
         VALUES ($1, $2, $3, $4, $5, 'creating', to_timestamp($6::float8 / 1000))`,
        [id, service, release, description, location, createdAt],
      );
    },
    complete: async (id, { run, config, manifestSha256, tables, rows, bytes }) => {
      await database.query(
        `UPDATE golive.full_backup SET state = 'complete', run = $2, config = $3, manifest_sha256 = $4, table_count = $5,
           row_count = $6, bytes = $7 WHERE id = $1`,
        [id, run, config, manifestSha256, tables, rows, bytes],
      );
    },
    fail: async (id, why) => {
      await database.query("UPDATE golive.full_backup SET state = 'failed', trouble = $2 WHERE id = $1", [id, why]);
    },
    looked: async (id, { what, at, trouble }) => {
      await database.query(
        `UPDATE golive.full_backup SET
           trouble = CASE WHEN $2::text = 'proven' THEN $4::text ELSE coalesce($4::text, trouble) END,
           verified_at = CASE WHEN $2::text = 'verified' THEN to_timestamp($3::float8 / 1000) ELSE verified_at END,
           proven_at = CASE WHEN $2::text <> 'proven' THEN proven_at
             WHEN $4::text IS NULL THEN to_timestamp($3::float8 / 1000) END,
           restored_at = CASE WHEN $2::text = 'restored' THEN to_timestamp($3::float8 / 1000) ELSE restored_at END
         WHERE id = $1`,
        [id, what, at, trouble],
      );
    },
    deleted: async (id) => {
      await database.query("UPDATE golive.full_backup SET state = 'deleted' WHERE id = $1", [id]);
    },
    list: async (service) => {
      const { rows } = await database.query<Record<string, unknown>>(LIST, [service]);
      return rows.map((found) => {
        const { kept, ...entry } = row.parse(found);
        return { ...entry, state: stateOf(kept, entry) };
      });
    },
  };
}

function stateOf(
  kept: z.infer<typeof row>["kept"],
  entry: Pick<FullBackupEntry, "trouble" | "provenAt">,
): FullBackupState {
  if (kept !== "complete") return kept;
  if (entry.trouble !== null) return "damaged";
  return entry.provenAt === null ? "complete" : "proven";
}
