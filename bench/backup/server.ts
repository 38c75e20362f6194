import { existsSync } from "node:fs";
import { chown, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { Client } from "pg";
import { type Binaries, findBinaries } from "#sandbox/postgres/binaries";
import { placeDataFolder } from "#sandbox/postgres/data-folder";
import { postgresUser } from "#sandbox/postgres/postgres-user";
import { freePort, startServer, stopServer } from "#sandbox/postgres/postmaster";
import { type RunAs, runProgram } from "#sandbox/postgres/run-program";

/** A Postgres of this bench alone with three empty databases: `bench`, `ours`, `theirs`. */
export type BenchServer = {
  readonly version: string;
  readonly major: number;
  url(database: string): string;
  stop(): Promise<void>;
};

const DATABASES = ["bench", "ours", "theirs"];

/** pg_dump refuses a newer server: the server of its own age, where Debian put one; else null. */
function binariesOf(major: number | null): Binaries | null {
  const folder = `/usr/lib/postgresql/${major}/bin`;
  const found = { initdb: join(folder, "initdb"), pgCtl: join(folder, "pg_ctl") };
  const complete = [...Object.values(found), join(folder, "postgres")].every((file) => existsSync(file));
  return complete ? found : null;
}

/** A cluster that trusts this machine: servers before 17 don't know the locale that ours is made with. */
async function makeCluster(folder: string, { initdb }: Binaries, as: RunAs): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (as.uid !== undefined && as.gid !== undefined) await chown(folder, as.uid, as.gid);
  const words = [`--pgdata=${folder}`, "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"];
  const ran = await runProgram(initdb, words, as);
  if (ran.code !== 0) throw new Error(`the bench's Postgres could not be made: ${ran.output}`);
}

export async function startBenchServer(home: string, major: number | null): Promise<BenchServer> {
  const as = await postgresUser();
  const folder = await placeDataFolder(join(home, "data"), as);
  const binaries = binariesOf(major) ?? (await findBinaries(as));
  await makeCluster(folder, binaries, as);
  const port = await freePort();
  // Room for checkpoints, the same for both sides: else it is the disk that is measured.
  const settings = { max_wal_size: "4GB", shared_buffers: "256MB", maintenance_work_mem: "128MB" };
  const outcome = await startServer(folder, port, settings, binaries, as);
  if (!outcome.ok) throw new Error(`the bench's Postgres did not start: ${outcome.output}`);
  const url = (database: string): string => `postgres://postgres@127.0.0.1:${port}/${database}`;
  const client = new Client({ connectionString: url("postgres") });
  await client.connect();
  for (const name of DATABASES) await client.query(`CREATE DATABASE ${name}`);
  const { rows } = await client.query<{ version: string }>("SELECT current_setting('server_version') AS version");
  await client.end();
  const version = rows[0]?.version ?? "0";
  return {
    version,
    major: Number.parseInt(version, 10),
    url,
    stop: async () => {
      await stopServer(folder, binaries, as);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
