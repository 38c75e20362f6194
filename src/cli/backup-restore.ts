import { type PlannedTable, sayPlanned } from "#src/backup/plan-restore";
import { sayName } from "#src/backup/schema/shape";
import type { BackupFlags } from "#src/cli/backup-acts";
import { interruptible } from "#src/cli/backup-session";
import { CliError, EXIT, type ExitCode, type Io, printJson } from "#src/cli/io";

export type RestoreFlags = BackupFlags & { readonly backupId: string; readonly confirm?: string | true };

/** Without a confirmation it only says what would be done: exit 2, so that no script takes that for a restore. */
export function restoreBackup(io: Io, flags: RestoreFlags): Promise<ExitCode> {
  const { backupId: id, confirm } = flags;
  if (typeof confirm === "string" && confirm !== id) {
    throw new CliError(`--confirm names ${confirm}, and --backup-id ${id}: nothing was restored.`);
  }
  return interruptible(io, flags, async ({ core, service }, signal) => {
    const named = { service: service.id, id, signal };
    if (confirm === undefined) {
      const { tables } = await core.backups.preview(named);
      const sentence = "Nothing was restored: look at what would be done, then add --confirm.";
      if (flags.json === true) {
        printJson(io, { ok: false, error: "not-confirmed", sentence, id, tables: tables.map(tableJson) });
      } else io.err(`${tables.map((each) => `- ${sayPlanned(each)}`).join("\n")}\n${sentence}\n`);
      return EXIT.usage;
    }
    const { tables, manifest } = await core.backups.restore(named);
    const { pointer } = manifest;
    if (flags.json === true) printJson(io, { ok: true, id, pointer, tables: tables.map(tableJson) });
    else {
      const written = tables.filter(({ action }) => action === "create" || action === "replace").length;
      const done = written === 0 ? "Nothing had to be restored" : `Restored ${written} of ${tables.length} tables`;
      void io.out(`${done} from ${id}:\n${tables.map((each) => `- ${sayPlanned(each)}`).join("\n")}\n`);
    }
    return EXIT.pass;
  });
}

const tableJson = ({ table, action, rowsNow }: PlannedTable) => ({
  table: sayName(table),
  role: table.role,
  action,
  rows_before: rowsNow,
  rows_in_backup: table.rows,
});
