import { readFile, readlink, realpath, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Binaries } from "#sandbox/postgres/binaries";
import { PostgresError } from "#sandbox/postgres/postgres-error";
import { type RunAs, runProgram } from "#sandbox/postgres/run-program";

export type Postmaster = { readonly pid: number; readonly port: number; readonly ready: boolean };

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/**
 * A pid in a file may belong to somebody else by now, or to a dead process that nobody has reaped (in containers without
 * an init): where /proc tells, it must be a living postgres that stands in this very folder.
 */
async function isPostmasterOf(folder: string, pid: number): Promise<boolean> {
  if (!isAlive(pid)) return false;
  if (process.platform !== "linux") return true;
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  if (!/^\d+ \(postgres\) [^ZX]/.test(stat)) return false;
  // Not even root may always look (containers without CAP_SYS_PTRACE): then the name has to do.
  const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => null);
  return cwd === null || cwd === (await realpath(folder));
}

/** The server that runs on this data folder, whoever started it; null when there is none (a stale file is removed). */
export async function findPostmaster(folder: string): Promise<Postmaster | null> {
  const file = join(folder, "postmaster.pid");
  const text = await readFile(file, "utf8").catch(() => null);
  if (text === null) return null;
  const lines = text.split("\n");
  const pid = Number.parseInt(lines[0] ?? "", 10);
  if (!Number.isInteger(pid)) return null;
  if (!(await isPostmasterOf(folder, pid))) {
    await rm(file, { force: true });
    return null;
  }
  const port = Number.parseInt(lines[3] ?? "", 10);
  const status = (lines[7] ?? "").trim();
  return { pid, port, ready: status === "ready" && Number.isInteger(port) };
}

/** A loopback port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (address !== null && typeof address === "object" ? resolve(address.port) : reject()));
    });
  });
}

/**
 * Starts the server through pg_ctl, in a session of its own: Ctrl-C in the terminal reaches golive, which paints and
 * closes first, and not the database under its feet. No Unix socket, loopback only.
 */
export async function startServer(
  folder: string,
  port: number,
  settings: Readonly<Record<string, string>>,
  binaries: Binaries,
  as: RunAs,
): Promise<{ readonly ok: boolean; readonly output: string }> {
  const log = join(folder, "server.log");
  await rm(log, { force: true });
  const all = { listen_addresses: "127.0.0.1", unix_socket_directories: "", ...settings };
  for (const [name, value] of Object.entries(all)) {
    if (!/^[a-z_]+$/.test(name) || !/^[\w. -]*$/.test(value))
      throw new PostgresError("start-failed", `Odd setting: ${name}`);
  }
  const flags = Object.entries(all).map(([name, value]) => `-c ${name}='${value}'`);
  const options = [`-p ${port}`, ...flags].join(" ");
  const ran = await runProgram(
    binaries.pgCtl,
    ["start", "-w", "-t", "30", "-s", "-D", folder, "-l", log, "-o", options],
    as,
  );
  if (ran.code === 0) return { ok: true, output: "" };
  const tail = await readFile(log, "utf8").catch(() => "");
  return { ok: false, output: `${ran.output}\n${tail}`.trim().slice(-2000) };
}

/** Stops the server in an orderly way: open transactions are rolled back, the data is on disk. */
export async function stopServer(folder: string, binaries: Binaries, as: RunAs): Promise<void> {
  await runProgram(binaries.pgCtl, ["stop", "-w", "-t", "30", "-s", "-m", "fast", "-D", folder], as);
}
