import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { z } from "zod";

/** Another process of a bench. It inherits nothing of our environment but the PATH. */
export function startChild(file: URL, env: Readonly<Record<string, string>> = {}): ChildProcess {
  return fork(fileURLToPath(file), {
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
}

/** The next message of a child. Rejects when it ends instead. */
export async function hear<T>(child: ChildProcess, schema: z.ZodType<T>): Promise<T> {
  const ended = new AbortController();
  try {
    return await Promise.race([
      once(child, "message", { signal: ended.signal }).then(([message]) => schema.parse(message)),
      once(child, "exit", { signal: ended.signal }).then(([code]) => {
        throw new Error(`a process of the bench ended early (${code})`);
      }),
    ]);
  } finally {
    ended.abort();
  }
}

export async function endChild(child: ChildProcess, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill(signal);
  await gone;
}
