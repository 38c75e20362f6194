import { chmod, mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { ensureDatabase, ensureRoles } from "#sandbox/postgres/databases";
import { startPostgres } from "#sandbox/postgres/start-postgres";
import { migrate } from "#src/journal/migrate";
import { SCRATCH_FOLDERS, scratchFolder } from "#test/support/scratch";

const PREFIX = "golive-test-pg-";
export const TEMPLATE = "golive_template";

/**
 * Nothing outlives the run, so nothing is made safe; passwords are hashed once instead of 4,096 times, since every test logs in twenty times;
 * and the log of what is written stays small, since it may lie in memory.
 */
const SETTINGS = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  max_connections: "400",
  scram_iterations: "1",
  max_wal_size: "256MB",
};

declare module "vitest" {
  interface ProvidedContext {
    /** Superuser URL of the test server. */
    readonly postgresUrl: string;
  }
}

/** A temporary folder of this run: its name says whose it is, so that nobody sweeps away what is just starting. */
export async function makeHome(prefix: string): Promise<string> {
  return mkdtemp(join(scratchFolder(), `${prefix}${process.pid}-`));
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/**
 * Servers that killed test runs left behind, in temporary folders that `makeHome` made with `prefix`: take them over and
 * stop them. One of a living run stays.
 */
export async function sweepServers(prefix: string): Promise<void> {
  for (const folder of SCRATCH_FOLDERS) await sweepIn(folder, prefix);
}

async function sweepIn(folder: string, prefix: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((each) => each.startsWith(prefix))) {
    if (isRunning(Number.parseInt(name.slice(prefix.length), 10))) continue;
    const dataDir = join(folder, name, "data");
    const alive = await readdir(dataDir).then(
      (files) => files.includes("postmaster.pid"),
      () => false,
    );
    if (!alive) continue;
    const left = await startPostgres({ dataDir, persistent: false }).catch(() => null);
    if (left === null) continue;
    await left.stop();
    await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** vitest globalSetup: one real Postgres per test run, with a migrated template database. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await sweepServers(PREFIX);
  const home = await makeHome(PREFIX);
  // The server may run as another user than we do (root's case) and must be able to pass.
  await chmod(home, 0o755);
  const server = await startPostgres({
    dataDir: join(home, "data"),
    persistent: false,
    settings: SETTINGS,
  });
  const clean = async () => {
    await server.stop();
    await rm(home, { recursive: true, force: true });
  };
  try {
    await ensureRoles(server.url);
    const { ownerUrl } = await ensureDatabase(server.url, TEMPLATE);
    await migrate(ownerUrl);
  } catch (error) {
    await clean();
    throw error;
  }
  project.provide("postgresUrl", server.url);
  return clean;
}
