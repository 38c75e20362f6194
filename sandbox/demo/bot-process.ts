import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";

export type BotProcess = {
  readonly pid: number;
  /** Resolves when the process says that it is ready; rejects with its last words when it ends before. */
  ready(): Promise<void>;
  /** Asks it to stop and waits; kills it when it does not within 15 s. */
  stop(): Promise<void>;
  kill(): Promise<void>;
  /** Resolves with the exit code when the process ends by itself. */
  readonly ended: Promise<number | null>;
};

const LAST_LINES = 12;
/** A machine that is busy with other things takes a minute to load the program. */
const PATIENCE_MS = 120_000;

/**
 * Starts the product as its own process: `node src/main.ts serve` (`--dev`: time is the sandbox's), never under npm, which swallows signals. Its log is kept. It
 * holds the other end of a pipe of ours and stops when that closes, so that it doesn't outlive us, not even after kill -9.
 */
export function startBot(root: string, env: Readonly<Record<string, string>>, logFile: string): BotProcess {
  const log = createWriteStream(logFile, { flags: "a" });
  const child = spawn(process.execPath, ["src/main.ts", "serve", "--dev", "--stop-with-stdin"], {
    cwd: root,
    env: { ...inherited(), ...env },
    stdio: ["pipe", "ignore", "pipe"],
  });
  const last: string[] = [];
  let sayReady = (): void => undefined;
  const said = new Promise<void>((resolve) => {
    sayReady = resolve;
  });
  if (child.stderr !== null) {
    createInterface({ input: child.stderr }).on("line", (line) => {
      last.push(line);
      log.write(`${line}\n`);
      if (last.length > LAST_LINES) last.shift();
      if (line.includes('"msg":"ready"')) sayReady();
    });
  }
  const ended = once(child, "exit").then(([code]) => (typeof code === "number" ? code : null));
  return {
    pid: child.pid ?? 0,
    ended,
    async ready() {
      const outcome = await Promise.race([
        said.then(() => "ready" as const),
        ended.then(() => "ended" as const),
        wait(PATIENCE_MS, "silent" as const, { ref: false }),
      ]);
      if (outcome !== "ready") throw new Error(`the bot is not running (${outcome}). It said:\n${last.join("\n")}`);
    },
    stop: () => end(child, ended, "SIGTERM"),
    kill: () => end(child, ended, "SIGKILL"),
  };
}

async function end(child: ChildProcess, ended: Promise<unknown>, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  const done = await Promise.race([ended.then(() => true), wait(15_000, false, { ref: false })]);
  if (!done) {
    child.kill("SIGKILL");
    await ended;
  }
}

/** Runs one `golive` command to its end, as a person in a shell would. */
export async function runGolive(
  root: string,
  env: Readonly<Record<string, string>>,
  words: readonly string[],
): Promise<{ readonly code: number | null; readonly out: string; readonly err: string }> {
  const child = spawn(process.execPath, ["src/main.ts", ...words], {
    cwd: root,
    env: { ...inherited(), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    err += chunk.toString();
  });
  const [code] = await once(child, "close");
  return { code: typeof code === "number" ? code : null, out, err };
}

/** What a program needs of its surroundings, and nothing that could be a secret of somebody's shell. */
function inherited(): Record<string, string> {
  const wanted = ["PATH", "HOME", "TMPDIR", "TZ", "LANG", "NODE_OPTIONS", "NODE_COMPILE_CACHE"];
  return Object.fromEntries(
    wanted.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}
