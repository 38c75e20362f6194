import { BackupError } from "#src/backup/backup-error";
import type { FullBackupEntry } from "#src/backup/full-backup-records";
import type { FullBackups } from "#src/backup/full-backups";
import type { Verification } from "#src/backup/verify-backup";
import { withoutStop } from "#src/operations/backups/work/without-stop";
import type { OperationFinding, OperationOrder, OperationRunner } from "#src/operations/operation";

const MOST_DAMAGES = 20;

/**
 * A full backup as `golive backup create` takes it: copied, then every stored byte read again; what is older than it is kept is taken away.
 * After a crash the backup that the same run had finished is verified and not taken again; a half-written one is swept up with time.
 */
export function createBackupRunner(backups: Pick<FullBackups, "create" | "known" | "verify">): OperationRunner {
  return async (order, signal) => {
    try {
      const { service } = order;
      const finished = (await backups.known(service)).find((entry) => isOf(entry, order));
      if (finished === undefined) {
        const made = await backups.create({ service, release: null, description: descriptionOf(order), signal });
        return findingOf(made.id, made.verification);
      }
      return findingOf(finished.id, await backups.verify({ service, id: finished.id, signal }));
    } catch (error) {
      // Half a copy that was called off is no finding.
      signal.throwIfAborted();
      if (!(error instanceof BackupError)) throw error;
      return { verdict: "error", summary: `No backup was taken. ${error.message}`, result: { defect: error.kind } };
    }
  };
}

/** One line that people read in `golive backup list`, and by which a run finds its own backup again. */
const descriptionOf = ({ number, operation }: OperationOrder): string => `scheduled backup #${number}, ${operation}`;

const isOf = ({ state, description }: FullBackupEntry, order: OperationOrder): boolean =>
  description === descriptionOf(order) && (state === "complete" || state === "proven" || state === "damaged");

function findingOf(id: string, { manifest, damages, files, bytes, rows }: Verification): OperationFinding {
  const tables = manifest?.tables.length ?? 0;
  const result = {
    backup: id,
    tables,
    rows,
    files,
    bytes,
    damages: damages.slice(0, MOST_DAMAGES).map(({ text }) => text),
  };
  if (damages.length === 0) {
    const what = `${tables} tables, ${rows.toLocaleString("en-US")} rows, ${sizeText(bytes)}`;
    return { verdict: "pass", summary: `${id} was taken and verified: ${what}.`, result };
  }
  const [first] = damages;
  const more = damages.length > 1 ? ` and ${damages.length - 1} more` : "";
  return {
    verdict: "fail",
    summary: `${id} is damaged: ${withoutStop(first?.text ?? "")}${more}. Take another: golive backup create.`,
    result,
  };
}

/** "7.8 MB", "85 kB". */
const sizeText = (bytes: number): string =>
  bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
