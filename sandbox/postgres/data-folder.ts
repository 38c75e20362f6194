import { createHash, randomBytes } from "node:crypto";
import { chown, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { type Binaries, ROOT_HOME } from "#sandbox/postgres/binaries";
import { PostgresError } from "#sandbox/postgres/postgres-error";
import { type RunAs, runProgram } from "#sandbox/postgres/run-program";

const PASSWORD_FILE = "golive-superuser";

async function nearestExisting(path: string): Promise<string> {
  for (let at = path; ; at = dirname(at)) {
    if (
      await stat(at)
        .then(() => true)
        .catch(() => false)
    )
      return at;
    if (at === dirname(at)) return at;
  }
}

async function mayEnter(as: RunAs, folder: string): Promise<boolean> {
  for (let at = folder; ; at = dirname(at)) {
    const { mode, uid, gid } = await stat(at);
    const bit = uid === as.uid ? 0o100 : gid === as.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

/**
 * The folder the data really goes to: `wanted`, unless we are root and the server's user can't enter it (a project under
 * /root); then a folder under /var/lib/golive that belongs to `wanted` alone.
 */
export async function placeDataFolder(wanted: string, as: RunAs): Promise<string> {
  const path = resolve(wanted);
  if (as.uid === undefined || (await mayEnter(as, await nearestExisting(path)))) return path;
  return join(ROOT_HOME, `data-${createHash("sha256").update(path).digest("hex").slice(0, 12)}`);
}

const isCluster = (folder: string): Promise<boolean> =>
  readFile(join(folder, "PG_VERSION")).then(
    () => true,
    () => false,
  );

/**
 * Makes a cluster in `folder` unless there is one. Built beside it and renamed into place, so that a crash leaves no
 * half cluster and of two processes one wins. Returns whether it was made now.
 */
export async function ensureCluster(folder: string, binaries: Binaries, as: RunAs): Promise<boolean> {
  if (await isCluster(folder)) return false;
  const parent = dirname(folder);
  await mkdir(parent, { recursive: true });
  const staging = join(parent, `.${basename(folder)}-${randomBytes(6).toString("hex")}`);
  await mkdir(staging, { mode: 0o700 });
  try {
    const passwordFile = join(staging, "password");
    const cluster = join(staging, "cluster");
    await writeFile(passwordFile, randomBytes(24).toString("base64url"), { mode: 0o600 });
    if (as.uid !== undefined && as.gid !== undefined) {
      await chown(staging, as.uid, as.gid);
      await chown(passwordFile, as.uid, as.gid);
    }
    const ran = await runProgram(
      binaries.initdb,
      [
        `--pgdata=${cluster}`,
        "--username=postgres",
        "--auth=scram-sha-256",
        `--pwfile=${passwordFile}`,
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
      ],
      as,
    );
    if (ran.code !== 0) {
      throw new PostgresError("init-failed", `A new Postgres could not be set up in ${folder}: ${ran.output}`);
    }
    await rename(passwordFile, join(cluster, PASSWORD_FILE));
    await rename(cluster, folder).catch(async (cause: unknown) => {
      if (await isCluster(folder)) return;
      throw new PostgresError(
        "init-failed",
        `${folder} exists and is not a Postgres data folder. Name another folder, or empty this one.`,
        { cause },
      );
    });
    return true;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** The superuser's password. Throws `not-ours` for a cluster that golive didn't make. */
export async function readPassword(folder: string): Promise<string> {
  return readFile(join(folder, PASSWORD_FILE), "utf8").then(
    (text) => text.trim(),
    (cause: unknown) => {
      throw new PostgresError(
        "not-ours",
        `${folder} holds a Postgres that golive did not set up (${PASSWORD_FILE} is missing). Name another folder.`,
        { cause },
      );
    },
  );
}
