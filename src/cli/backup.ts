import type { Command } from "commander";
import type { BackupFlags } from "#src/cli/backup-acts";
import type { RestoreFlags } from "#src/cli/backup-restore";
import type { Register } from "#src/cli/register";

const acts = () => import("#src/cli/backup-acts");

export const registerBackup: Register = (program, io, finish) => {
  const backup = program.command("backup").description("full backups: take, list, verify, prove, restore");
  const common = (command: Command) =>
    command
      .option("--service <id>", "which service (default: the only one)")
      .option("--json", "one JSON document on stdout");
  common(backup.command("create"))
    .description("copy chunks, runs, pointer, configurations and ledger from one snapshot, and verify the copy")
    .requiredOption("--description <text>", "what it is for")
    .action(async (flags: BackupFlags & { readonly description: string }) =>
      finish(await (await acts()).createBackup(io, flags)),
    );
  common(backup.command("list"))
    .description("every backup of a service, newest first")
    .action(async (flags: BackupFlags) => finish(await (await acts()).listBackups(io, flags)));
  common(backup.command("verify").argument("<id>"))
    .description("read every stored byte again and compare")
    .action(async (id: string, flags: BackupFlags) => finish(await (await acts()).verifyBackup(io, id, flags)));
  common(backup.command("prove").argument("<id>"))
    .description("restore it into a scratch schema, compare, and take everything away again")
    .action(async (id: string, flags: BackupFlags) => finish(await (await acts()).proveBackup(io, id, flags)));
  common(backup.command("restore"))
    .description("bring the tables back that are not as they were backed up; without --confirm only say which")
    .requiredOption("--backup-id <id>", "which backup")
    .option("--as <user>", "your Slack user id; needed with --confirm")
    .option("--confirm [id]", "do it; with an id after it, only if that is the backup's")
    .action(async (flags: RestoreFlags) =>
      finish(await (await import("#src/cli/backup-restore")).restoreBackup(io, flags)),
    );
};
