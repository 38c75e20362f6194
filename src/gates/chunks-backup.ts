import { BackupError } from "#src/backup/backup-error";
import type { FullBackups } from "#src/backup/full-backups";
import type { Gate, GateFinding } from "#src/gates/gate";
import { RagStoreError } from "#src/rag/store-error";
import { digestOf } from "#src/release/hash";

export type ChunksBackupDeps = { readonly backups: Pick<FullBackups, "create"> };

/**
 * Takes a full backup from one snapshot, document chunks included, and reads every stored byte of it again. Its evidence rests on
 * the shape of what is backed up and on the live pair, not on rows: a new ingestion run voids no signature.
 */
export function createChunksBackupGate({ backups }: ChunksBackupDeps): Gate {
  return {
    id: "chunks-backup",
    title: "Document chunks backup",
    version: 1,
    timeoutMs: 300_000,
    withoutRelease: "A backup was taken for this look and is kept like any other; no cutover rests on it.",
    thresholds: () => ({ damages: 0, verified: true }),
    check: async ({ service, release, candidate }, signal) => {
      const occasion = release === undefined ? "health check" : "before the go-live";
      const description = `${occasion} of ${candidate.run} with ${candidate.config}`;
      const common = { bar: "taken from one snapshot, every stored byte verified", how: HOW };
      const failed = (summary: string, findings: readonly string[], numbers: GateFinding["numbers"]): GateFinding => ({
        ...common,
        verdict: "fail",
        summary,
        value: "no backup",
        numbers,
        next: "Mend what the sentence names, then rerun this check. Without a whole backup nothing goes live.",
        inputs: digestOf({ service: service.id, store: service.rag_store }),
        findings,
      });
      try {
        const { id, verification } = await backups.create({
          service: service.id,
          release: release ?? null,
          description,
          signal,
        });
        const { manifest, damages, files, bytes, rows } = verification;
        if (manifest === null || damages.length > 0) {
          const said = damages.map(({ text }) => text).join("; ");
          const findings = damages.map(({ finding }) => finding);
          return failed(`The backup ${id} is not what was written: ${said}.`, findings, { backup: id });
        }
        const tables = manifest.tables.length;
        return {
          ...common,
          verdict: "pass",
          summary: `The backup ${id} holds ${tables} tables with ${rows} rows, and every byte of it is what was written.`,
          value: `${tables} tables, ${rows} rows`,
          numbers: { backup: id, tables, rows, files, bytes },
          next: "",
          inputs: digestOf({
            shape: manifest.shape.tables.map(({ schema, name, columns }) => ({ schema, name, columns })),
            pointer: manifest.pointer,
          }),
          findings: [],
        };
      } catch (error) {
        // A database that can't be reached says nothing of the backup: that is an error, not a failure.
        if (!(error instanceof BackupError) || (error.cause instanceof RagStoreError && error.cause.retryable))
          throw error;
        return failed(error.message, [error.kind], { backup: null });
      }
    },
  };
}

const HOW = "pg_export_snapshot, COPY of every table in it, then every stored file read again and compared";
