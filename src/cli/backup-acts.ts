import type { FullBackupEntry, FullBackupState } from "#src/backup/full-backup-records";
import type { Verification } from "#src/backup/verify-backup";
import { interruptible } from "#src/cli/backup-session";
import { CliError, EXIT, type ExitCode, type Io, printJson } from "#src/cli/io";
import { timeSpan } from "#src/cli/time-span";
import { isoOrNull } from "#src/cli/times";

export type BackupFlags = { readonly service?: string; readonly json?: boolean };

const MOST_DESCRIPTION = 200;

export async function createBackup(io: Io, flags: BackupFlags & { readonly description: string }): Promise<ExitCode> {
  const description = flags.description.trim();
  if (description === "" || description.length > MOST_DESCRIPTION || /[\p{Cc}]/u.test(description)) {
    throw new CliError(
      `--description takes one line of 1 to ${MOST_DESCRIPTION} characters that says what the backup is for. Nothing was done.`,
    );
  }
  return interruptible(io, flags, async ({ core, service }, signal) => {
    const wish = { service: service.id, release: null, description, signal };
    const { id, verification } = await core.backups.create(wish);
    return reportVerification(io, flags, id, verification, "taken and verified");
  });
}

export function verifyBackup(io: Io, id: string, flags: BackupFlags): Promise<ExitCode> {
  return interruptible(io, flags, async ({ core, service }, signal) => {
    const verification = await core.backups.verify({ service: service.id, id, signal });
    return reportVerification(io, flags, id, verification, "verified");
  });
}

function reportVerification(io: Io, flags: BackupFlags, id: string, found: Verification, done: string): ExitCode {
  const { manifest, damages, files, bytes, rows } = found;
  const ok = damages.length === 0;
  const tables = manifest?.tables.length ?? 0;
  if (flags.json === true) {
    const pointer = manifest?.pointer ?? null;
    printJson(io, { ok, id, tables, rows, files, bytes, pointer, damages });
  } else if (ok) {
    const size = `${tables} tables, ${rows.toLocaleString("en-US")} rows, ${files} files, ${megabytes(bytes)}`;
    void io.out(`${id}: ${done}. ${size}; every byte is what was written.\n`);
  } else {
    const list = damages.map(({ text }) => `- ${text}\n`).join("");
    void io.out(`${id} is damaged; don't rely on it. Take another: golive backup create.\n${list}`);
  }
  return ok ? EXIT.pass : EXIT.failed;
}

export function proveBackup(io: Io, id: string, flags: BackupFlags): Promise<ExitCode> {
  return interruptible(io, flags, async ({ core, service }, signal) => {
    const { proven, tables, rows, differences } = await core.backups.prove({ service: service.id, id, signal });
    if (flags.json === true) printJson(io, { ok: proven, id, tables, rows, differences });
    else if (proven) {
      const what = `${tables} tables, ${rows.toLocaleString("en-US")} rows`;
      void io.out(`${id}: proven. Restored into a scratch schema, compared and taken away: ${what}, no difference.\n`);
    } else {
      void io.out(`${id} did not come back as it was:\n${differences.map(({ text }) => `- ${text}\n`).join("")}`);
    }
    return proven ? EXIT.pass : EXIT.failed;
  });
}

export function listBackups(io: Io, flags: BackupFlags): Promise<ExitCode> {
  return interruptible(io, flags, async ({ core, service }) => {
    const entries = await core.backups.list(service.id);
    if (flags.json === true) {
      const backups = entries.map(({ manifestSha256, createdAt, verifiedAt, provenAt, restoredAt, ...entry }) => ({
        ...entry,
        manifest_sha256: manifestSha256,
        created_at: isoOrNull(createdAt),
        verified_at: isoOrNull(verifiedAt),
        proven_at: isoOrNull(provenAt),
        restored_at: isoOrNull(restoredAt),
      }));
      printJson(io, { ok: true, service: service.id, where: core.backups.where, backups });
    } else if (entries.length === 0) void io.out(`${service.id} has no backup yet: golive backup create.\n`);
    else void io.out(`${entries.map((entry) => listLine(entry, Date.now())).join("\n")}\n`);
    return EXIT.pass;
  });
}

const SAYS: Readonly<Record<FullBackupState, string>> = {
  creating: "not finished",
  complete: "not proven",
  proven: "proven",
  damaged: "DAMAGED",
  failed: "FAILED",
  deleted: "deleted",
};

function listLine(entry: FullBackupEntry, now: number): string {
  const { id, state, run, config, bytes, createdAt, provenAt, trouble, description } = entry;
  const ago = (at: number): string => `${timeSpan((now - at) / 1_000)} ago`;
  const said = state === "proven" && provenAt !== null ? `proven ${ago(provenAt)}` : SAYS[state];
  const live = run === null ? "nothing live" : `${run} with ${config}`;
  const size = bytes === null ? "" : ` · ${megabytes(bytes)}`;
  const why = trouble === null ? "" : `\n  ${trouble.replaceAll("\n", "\n  ")}`;
  return `${id} · ${said} · ${ago(createdAt)}${size} · ${live} · ${description}${why}`;
}

const megabytes = (bytes: number): string =>
  bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
