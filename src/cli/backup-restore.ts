import { type PlannedTable, sayPlanned } from "#src/backup/plan-restore";
import { sayName } from "#src/backup/schema/shape";
import type { BackupFlags } from "#src/cli/backup-acts";
import { interruptible } from "#src/cli/backup-session";
import { CliError, EXIT, type ExitCode, type Io, printJson } from "#src/cli/io";
import { requireActor, resolveActor } from "#src/cli/open-core";
import { printRefusal } from "#src/cli/refusal";
import { toPolicy } from "#src/config/to-policy";
import { refuseRight } from "#src/release/rights";
import type { ReleaseView } from "#src/release/view";

export type RestoreFlags = BackupFlags & {
  readonly backupId: string;
  readonly as?: string;
  readonly confirm?: string | true;
};

/** Without a confirmation it only says what would be done: exit 2, so that no script takes that for a restore. */
export function restoreBackup(io: Io, flags: RestoreFlags): Promise<ExitCode> {
  const { backupId: id, confirm } = flags;
  if (typeof confirm === "string" && confirm !== id) {
    throw new CliError(`--confirm names ${confirm}, and --backup-id ${id}: nothing was restored.`);
  }
  const user = confirm === undefined ? null : requireActor(flags.as);
  return interruptible(io, { ...flags, withoutSlackIfAway: true }, async (session, signal) => {
    const { core, service } = session;
    const named = { service: service.id, id, signal };
    if (user === null) {
      const { tables } = await core.backups.preview(named);
      const sentence = "Nothing was restored: look at what would be done, then add --confirm.";
      if (flags.json === true) {
        printJson(io, { ok: false, error: "not-confirmed", sentence, id, tables: tables.map(tableJson) });
      } else io.err(`${tables.map((each) => `- ${sayPlanned(each)}`).join("\n")}\n${sentence}\n`);
      return EXIT.usage;
    }
    const { config, withSlack } = session;
    const { actor, members } = await resolveActor(core, user);
    const refusal = refuseRight(toPolicy(config, service), "rollback", actor, members, "restore a backup");
    if (refusal !== null) return printRefusal(io, refusal, { json: flags.json === true, withSlack });
    const { openRelease, rollback } = await core.useCases.service(service.id);
    const release = openRelease === null ? null : await core.useCases.release(openRelease);
    const moving = whatMoves(service.id, rollback, release?.phase ?? null);
    if (moving !== null) throw new CliError(moving, EXIT.failed);
    const { tables, manifest } = await core.backups.restore({ ...named, keepLive: true });
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

/** Why no table may be replaced now: somebody is just moving what is live. */
export function whatMoves(service: string, rollback: string | null, phase: ReleaseView["phase"] | null): string | null {
  const still = (what: string, look: string): string =>
    `${what} of ${service} is under way, so nothing was restored. Look at \`${look}\`, and restore when it has ended.`;
  if (rollback !== null) return still("A rollback", "golive rollback status");
  return phase === "cutting over" ? still("A cutover", "golive release status") : null;
}

const tableJson = ({ table, action, rowsNow }: PlannedTable) => ({
  table: sayName(table),
  role: table.role,
  action,
  rows_before: rowsNow,
  rows_in_backup: table.rows,
});
