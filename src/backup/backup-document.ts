import { z } from "zod";
import { BackupError } from "#src/backup/backup-error";
import { canonicalJson, sha256 } from "#src/manifest/canonical";

const pair = z.strictObject({ run: z.string(), config: z.string() });

const tableSchema = z.strictObject({
  role: z.enum(["pointer", "flips", "configs", "runs"]),
  /** Quoted, as SQL writes it. */
  table: z.string().min(1),
  columns: z.array(z.strictObject({ name: z.string(), type: z.string() })).min(1),
  /** Values as Postgres prints them under the settings of `PRINT_SETTINGS`; rows in order of their canonical text. */
  rows: z.array(z.array(z.string().nullable())),
  row_count: z.number().int(),
  /** Of the canonical JSON of `rows`. */
  sha256: z.string(),
  /** Order-free, computed by Postgres over the table itself. */
  digest: z.string(),
});

const documentSchema = z.strictObject({
  schema: z.literal("golive-backup/1"),
  service: z.string(),
  description: z.string(),
  pointer_key: z.string(),
  /** What was live; null for a first go-live. */
  pointer: pair.nullable(),
  tables: z.array(tableSchema).min(1),
});

/** One table of a backup. */
export type BackupTable = z.infer<typeof tableSchema>;
/** Pointer, ledger of flips, configurations and run records of one service, all from one snapshot. */
export type BackupDocument = z.infer<typeof documentSchema>;

/** A taken backup: `body` is the document's canonical JSON, `digest` its SHA-256. */
export type Backup = {
  readonly id: string;
  readonly service: string;
  readonly release: string | null;
  readonly body: string;
  readonly digest: string;
};

/** Settings under which two servers print the same value the same way. */
export const PRINT_SETTINGS = [
  "SET LOCAL TimeZone = 'UTC'",
  "SET LOCAL DateStyle = 'ISO, YMD'",
  "SET LOCAL IntervalStyle = 'postgres'",
  "SET LOCAL extra_float_digits = 1",
  "SET LOCAL bytea_output = 'hex'",
] as const;

/**
 * Reads a backup's body back and holds it against every checksum in it. Throws `BackupError`, naming the table, when a byte
 * differs, a count does not fit, or there is no pointer in it.
 */
export function openBackup(backup: Pick<Backup, "id" | "body" | "digest">): BackupDocument {
  if (sha256(backup.body) !== backup.digest) {
    const why = "its text does not have the SHA-256 it was kept under";
    throw new BackupError("body:damaged", `The backup ${backup.id} is damaged: ${why}.`);
  }
  const parsed = documentSchema.safeParse(JSON.parse(backup.body));
  if (!parsed.success) {
    throw new BackupError("body:unreadable", `The backup ${backup.id} is unreadable: ${z.prettifyError(parsed.error)}`);
  }
  for (const table of parsed.data.tables) {
    if (table.rows.length !== table.row_count || sha256(canonicalJson(table.rows)) !== table.sha256) {
      throw new BackupError(
        `${table.table}:damaged`,
        `The backup ${backup.id} is damaged: the rows of ${table.table} do not fit their checksum.`,
      );
    }
  }
  for (const role of ["pointer", "flips"] as const) {
    if (!parsed.data.tables.some((table) => table.role === role)) {
      const why = `holds no ${role} table: nothing could be restored from it`;
      throw new BackupError(`${role}:not-held`, `The backup ${backup.id} ${why}.`);
    }
  }
  return parsed.data;
}
