import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { type Binaries, findBinaries } from "#sandbox/postgres/binaries";
import { ensureCluster, placeDataFolder, readPassword } from "#sandbox/postgres/data-folder";
import { askForOwnership, type Ownership } from "#sandbox/postgres/owner-lock";
import { PostgresError } from "#sandbox/postgres/postgres-error";
import { postgresUser } from "#sandbox/postgres/postgres-user";
import { findPostmaster, freePort, type Postmaster, startServer, stopServer } from "#sandbox/postgres/postmaster";
import { rememberedPort, rememberPort } from "#sandbox/postgres/remembered-port";
import type { RunAs } from "#sandbox/postgres/run-program";

export type StartOptions = {
  readonly dataDir: string;
  /**
   * Default: the port that this data folder had last, else any free one: whoever wrote the address down finds the server there
   * again. An orphan on another port than this one is stopped and started again here.
   */
  readonly port?: number;
  /** Default true. False: `stop` removes the data. */
  readonly persistent?: boolean;
  /**
   * What happens when another living process owns this folder: `refuse` (the default) throws `in-use` and names it;
   * `attach` shares the server and leaves it running at `stop`. A server whose owner died is always taken over.
   */
  readonly whenOwned?: "refuse" | "attach";
  /** Server settings, for example `{ fsync: "off" }` for tests. Not applied to a server that already runs. */
  readonly settings?: Readonly<Record<string, string>>;
};

export type RunningPostgres = {
  /** Superuser, database `postgres`. Holds a password: never log it. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Where the data really is: not `dataDir` when root's project is out of the server user's reach. */
  readonly dataDir: string;
  /** `took-over`: the server outlived a killed owner. `guest`: somebody else's, shared. */
  readonly as: "started" | "took-over" | "guest";
  /** The port that this data folder had last, when another program sits on it by now and the server had to move; else null. */
  readonly movedFrom: number | null;
  /** Stops the server (a guest: only lets go of it). Safe to call twice. */
  stop(): Promise<void>;
};

const PATIENCE_MS = 30_000;

async function ensureRunning(
  folder: string,
  options: StartOptions,
  binaries: Binaries,
  as: RunAs,
): Promise<{ server: Postmaster; started: boolean; movedFrom: number | null }> {
  const deadline = Date.now() + PATIENCE_MS;
  let usual = options.port === undefined ? await rememberedPort(folder) : null;
  let movedFrom: number | null = null;
  let started = false;
  let said = "";
  while (Date.now() < deadline) {
    const server = await findPostmaster(folder);
    if (server?.ready === true) return { server, started, movedFrom };
    if (server === null) {
      const port = options.port ?? usual ?? (await freePort());
      const outcome = await startServer(folder, port, options.settings ?? {}, binaries, as);
      started = outcome.ok;
      said = outcome.output;
      if (outcome.ok) continue;
      if (/could not bind|Address already in use/.test(said)) {
        if (options.port !== undefined) break;
        movedFrom ??= usual;
        usual = null;
      }
    }
    await sleep(50);
  }
  throw new PostgresError("start-failed", `The embedded Postgres in ${folder} did not start.\n${said}`);
}

async function takeOwnership(url: string): Promise<Ownership> {
  let answer = await askForOwnership(url);
  // A killed owner's connection may take the server a moment to notice.
  for (let tries = 0; tries < 10 && !answer.owned; tries++) {
    if (answer.ownerPid !== null && isProcess(answer.ownerPid)) break;
    await sleep(100);
    answer = await askForOwnership(url);
  }
  return answer;
}

function isProcess(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/**
 * Starts (or takes over) a real Postgres on `dataDir`, which keeps its data between runs. One owner at a time, see
 * `whenOwned`. Throws `PostgresError` with a sentence that says what to do.
 */
export async function startPostgres(options: StartOptions): Promise<RunningPostgres> {
  const as = await postgresUser();
  const binaries = await findBinaries(as);
  const folder = await placeDataFolder(options.dataDir, as);
  await ensureCluster(folder, binaries, as);
  const password = await readPassword(folder);
  const urlOf = (port: number) => `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;

  let { server, started, movedFrom } = await ensureRunning(folder, options, binaries, as);
  const tookOver = !started;
  let ownership = await takeOwnership(urlOf(server.port));
  if (ownership.owned && options.port !== undefined && server.port !== options.port) {
    await stopServer(folder, binaries, as);
    ({ server, started, movedFrom } = await ensureRunning(folder, options, binaries, as));
    ownership = await takeOwnership(urlOf(server.port));
  }
  if (!ownership.owned) {
    if (options.whenOwned === "attach") return { ...describe(server, "guest"), stop: async () => undefined };
    const who = ownership.ownerPid === null ? "Another process" : `Process ${ownership.ownerPid}`;
    throw new PostgresError(
      "in-use",
      `${who} already runs golive on ${folder}. Stop it first, or name another data folder.`,
    );
  }
  const { release } = ownership;
  await rememberPort(folder, server.port);

  let stopping: Promise<void> | null = null;
  const stopOnce = async (): Promise<void> => {
    await stopServer(folder, binaries, as);
    await release();
    if (options.persistent === false) await rm(folder, { recursive: true, force: true });
  };
  return {
    ...describe(server, tookOver ? "took-over" : "started"),
    stop: () => {
      stopping ??= stopOnce();
      return stopping;
    },
  };

  function describe<A extends RunningPostgres["as"]>(running: Postmaster, how: A) {
    return { url: urlOf(running.port), port: running.port, pid: running.pid, dataDir: folder, as: how, movedFrom };
  }
}
