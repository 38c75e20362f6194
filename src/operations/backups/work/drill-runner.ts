import { BackupError } from "#src/backup/backup-error";
import type { FullBackups } from "#src/backup/full-backups";
import { withoutStop } from "#src/operations/backups/work/without-stop";
import type { OperationRunner } from "#src/operations/operation";

const MOST_DIFFERENCES = 20;

/**
 * Restores the newest whole backup into scratch schemas, compares every table and takes them away, as `golive backup prove` does. Done twice
 * it finds the same: nothing of it stays.
 */
export function createDrillRunner(backups: Pick<FullBackups, "drill">): OperationRunner {
  return async ({ service }, signal) => {
    try {
      const drilled = await backups.drill(service, signal);
      if (drilled === null) {
        const summary = "There is no whole backup that could be restored. Take one: golive backup create.";
        return { verdict: "inconclusive", summary, result: {} };
      }
      const { id, proof } = drilled;
      const { proven, tables, rows, differences } = proof;
      const result = {
        backup: id,
        tables,
        rows,
        differences: differences.slice(0, MOST_DIFFERENCES).map(({ text }) => text),
      };
      if (proven) {
        const what = `${tables} tables, ${rows.toLocaleString("en-US")} rows`;
        return { verdict: "pass", summary: `${id} was restored and compared: ${what}, no difference.`, result };
      }
      const [first] = differences;
      const more = differences.length > 1 ? ` and ${differences.length - 1} more` : "";
      return {
        verdict: "fail",
        summary: `${id} did not come back as it was: ${withoutStop(first?.text ?? "")}${more}.`,
        result,
      };
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof BackupError)) throw error;
      return {
        verdict: "error",
        summary: `No backup could be restored. ${error.message}`,
        result: { defect: error.kind },
      };
    }
  };
}
