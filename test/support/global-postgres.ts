import { chmod, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { ensureDatabase, ensureRoles } from "#sandbox/postgres/databases";
import { startPostgres } from "#sandbox/postgres/start-postgres";
import { migrate } from "#src/journal/migrate";

const PREFIX = "golive-test-pg-";
export const TEMPLATE = "golive_template";

declare module "vitest" {
  interface ProvidedContext {
    /** Superuser URL of the test server. */
    readonly postgresUrl: string;
  }
}

/** A temporary folder of this run: its name says whose it is, so that nobody sweeps away what is just starting. */
export async function makeHome(prefix: string): Promise<string> {
  return mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`));
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
  const names = await readdir(tmpdir());
  for (const name of names.filter((each) => each.startsWith(prefix))) {
    if (isRunning(Number.parseInt(name.slice(prefix.length), 10))) continue;
    const dataDir = join(tmpdir(), name, "data");
    const alive = await readdir(dataDir).then(
      (files) => files.includes("postmaster.pid"),
      () => false,
    );
    if (!alive) continue;
    const left = await startPostgres({ dataDir, persistent: false }).catch(() => null);
    if (left === null) continue;
    await left.stop();
    await rm(join(tmpdir(), name), { recursive: true, force: true });
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
    settings: { fsync: "off", synchronous_commit: "off", full_page_writes: "off", max_connections: "200" },
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
