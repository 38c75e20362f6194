import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { createConnection, createServer } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { freePort } from "#sandbox/postgres/postmaster";
import { type RunningPostgres, type StartOptions, startPostgres } from "#sandbox/postgres/start-postgres";

const CHILD = fileURLToPath(new URL("embedded-postgres-child.ts", import.meta.url));
const childSchema = z.object({ pid: z.number(), port: z.number(), url: z.string() });

let home: string;
let dataDir: string;
let running: RunningPostgres[];
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "golive-embedded-"));
  await chmod(home, 0o755);
  dataDir = join(home, "data");
  running = [];
});
afterEach(async () => {
  for (const server of running.reverse()) await server.stop();
  await rm(home, { recursive: true, force: true });
});

async function start(options: Partial<StartOptions> = {}): Promise<RunningPostgres> {
  const server = await startPostgres({ dataDir, settings: { fsync: "off" }, ...options });
  running.push(server);
  return server;
}

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** A process that owns the server, and its server. */
async function startChild() {
  const child = spawn(process.execPath, [CHILD, dataDir], { stdio: ["ignore", "pipe", "inherit"] });
  const { value } = await createInterface(child.stdout)[Symbol.asyncIterator]().next();
  return { child, server: childSchema.parse(JSON.parse(String(value))) };
}

describe("the embedded Postgres", () => {
  test("keeps its data between runs", async () => {
    const first = await start();
    await ask(first.url, "CREATE TABLE kept AS SELECT 42 AS answer");
    await first.stop();
    const second = await start();
    expect(await ask(second.url, "SELECT answer FROM kept")).toEqual([{ answer: 42 }]);
  });

  test("comes back on the port it had, and says so when another program took it", async () => {
    const first = await start();
    await first.stop();
    const second = await start();
    expect([second.port, second.movedFrom]).toEqual([first.port, null]);
    await second.stop();
    const squatter = createServer().listen(first.port, "127.0.0.1");
    await once(squatter, "listening");
    const third = await start();
    expect(third.port).not.toBe(first.port);
    expect(third.movedFrom).toBe(first.port);
    expect(await ask(third.url, "SELECT 1 AS up")).toEqual([{ up: 1 }]);
    await third.stop();
    squatter.close();
    await once(squatter, "close");
    const fourth = await start();
    expect([fourth.port, fourth.movedFrom]).toEqual([third.port, null]);
  });

  test("removes its data at stop when it isn't meant to be kept", async () => {
    const server = await start({ persistent: false });
    await server.stop();
    expect(await readdir(home)).toEqual([]);
  });

  test("survives kill -9 of its owner: the next start takes the orphan over, data and all", async () => {
    const { child, server } = await startChild();
    await ask(server.url, "CREATE TABLE kept AS SELECT 42 AS answer");
    child.kill("SIGKILL");
    await once(child, "exit");
    const next = await start();
    expect({ pid: next.pid, as: next.as }).toEqual({ pid: server.pid, as: "took-over" });
    expect(await ask(next.url, "SELECT answer FROM kept")).toEqual([{ answer: 42 }]);
    await next.stop();
    await expect(ask(server.url, "SELECT 1")).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  test("an orphan on another port than the wanted one is started again there", async () => {
    const { child, server } = await startChild();
    child.kill("SIGKILL");
    await once(child, "exit");
    const port = await freePort();
    const next = await start({ port });
    expect([next.port, next.as]).toEqual([port, "took-over"]);
    expect(next.pid).not.toBe(server.pid);
  });

  test("a server that was itself killed with -9 starts again", async () => {
    const first = await start();
    await ask(first.url, "CREATE TABLE kept AS SELECT 42 AS answer");
    process.kill(first.pid, "SIGKILL");
    const second = await start();
    expect(await ask(second.url, "SELECT answer FROM kept")).toEqual([{ answer: 42 }]);
  });

  test("a stale pid file whose number now belongs to another process doesn't keep it from starting", async () => {
    const first = await start();
    await first.stop();
    const lines = [process.pid, dataDir, 0, first.port, "", "127.0.0.1", "", "ready"];
    await writeFile(join(dataDir, "postmaster.pid"), `${lines.join("\n")}\n`);
    const second = await start();
    expect(second.as).toBe("started");
  });

  test("has one owner: a second process is told who runs it, unless it asks to share", async () => {
    const { child, server } = await startChild();
    await expect(startPostgres({ dataDir })).rejects.toMatchObject({
      name: "PostgresError",
      code: "in-use",
      message: expect.stringContaining(`Process ${child.pid} already runs golive`),
    });
    const guest = await startPostgres({ dataDir, whenOwned: "attach" });
    expect(guest.as).toBe("guest");
    await guest.stop();
    expect(await ask(server.url, "SELECT 1 AS up")).toEqual([{ up: 1 }]);
    child.kill("SIGKILL");
    await once(child, "exit");
    await start();
  });

  test("of several first starts at once exactly one wins, and the cluster is whole", async () => {
    const results = await Promise.allSettled([1, 2, 3].map(() => startPostgres({ dataDir })));
    const winners = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    running.push(...winners);
    const losers = results.flatMap((result) => (result.status === "rejected" ? [result.reason.code] : []));
    expect([winners.length, losers]).toEqual([1, ["in-use", "in-use"]]);
    expect(await readdir(home)).toEqual(["data"]);
  });

  test("listens on loopback only, without a Unix socket, and wants a password", async () => {
    const server = await start();
    expect(await ask(server.url, "SHOW unix_socket_directories")).toEqual([{ unix_socket_directories: "" }]);
    expect(await ask(server.url, "SHOW listen_addresses")).toEqual([{ listen_addresses: "127.0.0.1" }]);
    const outside = Object.values(networkInterfaces())
      .flatMap((each) => each ?? [])
      .find((each) => each.family === "IPv4" && !each.internal);
    if (outside !== undefined) {
      const socket = createConnection({ host: outside.address, port: server.port });
      const [error] = await once(socket, "error");
      expect(error).toMatchObject({ code: "ECONNREFUSED" });
    }
    const stranger = new URL(server.url);
    stranger.password = "wrong";
    await expect(ask(stranger.href, "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
    const { mode } = await stat(join(dataDir, "golive-superuser"));
    expect(mode & 0o077).toBe(0);
  });

  test("refuses a folder that holds something else, and leaves it as it is", async () => {
    dataDir = home;
    await writeFile(join(home, "notes.txt"), "mine");
    await expect(start()).rejects.toMatchObject({
      code: "init-failed",
      message: expect.stringContaining("is not a Postgres data folder"),
    });
    expect(await readdir(home)).toEqual(["notes.txt"]);
  });
});
