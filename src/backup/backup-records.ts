import type { Backup } from "#src/backup/backup-document";
import type { Queryable } from "#src/manifest/manifest-records";

/** `taken`: kept, nothing proven. `proven`: restored and compared. `failed`: it did not come back as it was. */
export type BackupState = "taken" | "proven" | "failed";

/** A backup in the list. Times in epoch milliseconds, `bytes` of its body. */
export type BackupEntry = {
  readonly id: string;
  readonly service: string;
  readonly release: string | null;
  readonly state: BackupState;
  readonly bytes: number;
  readonly takenAt: number;
  readonly provenAt: number | null;
};

/** Where backups are kept: golive.backup in Golive's own database, never beside what they save. */
export interface BackupRecords {
  save(backup: Backup, takenAt: number): Promise<void>;
  settle(id: string, state: "proven" | "failed", at: number): Promise<void>;
  load(id: string): Promise<Backup | null>;
  /** Newest first. */
  list(service: string): Promise<readonly BackupEntry[]>;
}

export function createBackupRecords(database: Queryable): BackupRecords {
  return {
    save: async (backup, takenAt) => {
      await database.query(
        `INSERT INTO golive.backup (id, service, release, body, digest, state, created_at)
         VALUES ($1, $2, $3, $4, $5, 'taken', to_timestamp($6::float8 / 1000))`,
        [backup.id, backup.service, backup.release, backup.body, backup.digest, takenAt],
      );
    },
    settle: async (id, state, at) => {
      await database.query(
        `UPDATE golive.backup SET state = $2::text,
           proven_at = CASE WHEN $2::text = 'proven' THEN to_timestamp($3::float8 / 1000) ELSE proven_at END
          WHERE id = $1`,
        [id, state, at],
      );
    },
    load: async (id) => {
      const { rows } = await database.query<Backup>(
        "SELECT id, service, release, body, digest FROM golive.backup WHERE id = $1",
        [id],
      );
      return rows[0] ?? null;
    },
    list: async (service) => {
      const { rows } = await database.query<Omit<BackupEntry, "state"> & { state: string }>(
        `SELECT id, service, release, state, octet_length(body) AS bytes,
                round(extract(epoch FROM created_at) * 1000)::float8 AS "takenAt",
                round(extract(epoch FROM proven_at) * 1000)::float8 AS "provenAt"
           FROM golive.backup WHERE service = $1 ORDER BY created_at DESC, id DESC`,
        [service],
      );
      return rows.map((row) => ({
        ...row,
        state: row.state === "proven" || row.state === "taken" ? row.state : "failed",
      }));
    },
  };
}
