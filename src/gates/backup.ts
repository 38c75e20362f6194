import { openBackup } from "#src/backup/backup-document";
import { BackupError } from "#src/backup/backup-error";
import type { BackupRecords } from "#src/backup/backup-records";
import { proveBackup } from "#src/backup/prove-backup";
import { takeBackup } from "#src/backup/take-backup";
import type { Gate } from "#src/gates/gate";
import { digestOf } from "#src/release/hash";

export type BackupGateDeps = {
  readonly records: BackupRecords;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** So many random bytes. */
  readonly random: (bytes: number) => Uint8Array;
};

/**
 * Takes a backup of pointer, ledger, configurations and run records, keeps it, reads it back from where it is kept, restores
 * it into a scratch schema and compares. Its evidence rests on what is backed up and on the live pair, not on row contents: a
 * new ingestion run in the runs table voids no signature.
 */
export function createBackupGate(deps: BackupGateDeps): Gate {
  return {
    id: "backup",
    title: "Pointer and configuration backup",
    version: 2,
    timeoutMs: 120_000,
    withoutRelease: "A backup was taken for this look and is kept like any other; no cutover rests on it.",
    thresholds: () => ({ differences: 0, restored: true }),
    check: async ({ service, release, store, candidate }, signal) => {
      const bar = "taken, restored into a scratch schema, no difference";
      const how = "backup of pointer, ledger, configurations and runs in one snapshot; restored, compared, dropped";
      const broken = (error: unknown, id: string | null) => {
        if (!(error instanceof BackupError)) throw error;
        return {
          verdict: "fail" as const,
          summary: error.message,
          value: "no backup",
          bar,
          numbers: { backup: id },
          how,
          next: "Mend what the sentence names, then rerun this check. Without a proven backup nothing goes live.",
          inputs: digestOf({ service: service.id, store: service.rag_store }),
          findings: [error.kind],
        };
      };
      const occasion = release === undefined ? "health check" : "before the go-live";
      const description = `${occasion} of ${candidate.run} with ${candidate.config}`;
      const taken = await takeBackup({
        service,
        store,
        release: release ?? null,
        description,
        now: deps.now(),
        random: deps.random,
        signal,
      }).catch((error: unknown) => broken(error, null));
      if ("verdict" in taken) return taken;
      await deps.records.save(taken, deps.now());
      const kept = await deps.records.load(taken.id);
      if (kept === null) {
        return broken(new BackupError("body:not-kept", `The backup ${taken.id} was kept and is not there.`), taken.id);
      }
      const proof = await proveBackup({ backup: kept, store, signal }).catch((error: unknown) =>
        broken(error, taken.id),
      );
      if ("verdict" in proof) {
        await deps.records.settle(taken.id, "failed", deps.now());
        return proof;
      }
      await deps.records.settle(taken.id, proof.proven ? "proven" : "failed", deps.now());
      const { tables, pointer } = openBackup(kept);
      const shape = tables.map(({ role, table, columns }) => ({ role, table, columns }));
      const numbers = {
        backup: taken.id,
        tables: proof.tables,
        rows: proof.rows,
        bytes: Buffer.byteLength(kept.body),
        sha256: kept.digest,
        differences: proof.differences.join("; ") || null,
      };
      const result = {
        value: `${proof.tables} tables, ${proof.rows} rows`,
        bar,
        numbers,
        how,
        inputs: digestOf({ shape, pointer }),
        findings: proof.findings,
      };
      return proof.proven
        ? {
            ...result,
            verdict: "pass",
            summary: `The backup ${taken.id} was taken, restored and compared: ${proof.tables} tables, ${proof.rows} rows, no difference.`,
            next: "",
          }
        : {
            ...result,
            verdict: "fail",
            summary: `The backup ${taken.id} did not come back as it was: ${proof.differences.join("; ")}.`,
            next: "Find out why the rows don't restore (types, constraints, a change in between), then rerun this check.",
          };
    },
  };
}
