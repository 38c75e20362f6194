import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { type Load, type Volley, volleySchema } from "./load.ts";

/** Another process of the bench, started from a file beside this one. */
function start(file: string, env: Readonly<Record<string, string>>): ChildProcess {
  const path = fileURLToPath(new URL(file, import.meta.url));
  return fork(path, { env: { PATH: process.env.PATH, ...env }, stdio: ["ignore", "ignore", "inherit", "ipc"] });
}

/** The next message of a child. Rejects when it ends instead. */
async function hear<T>(child: ChildProcess, schema: z.ZodType<T>): Promise<T> {
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

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill();
  await gone;
}

export type Generator = { fire(load: Load): Promise<Volley>; close(): Promise<void> };

export function startGenerator(): Generator {
  const child = start("./generator.ts", {});
  return {
    async fire(load) {
      const heard = hear(child, volleySchema);
      child.send(load);
      return heard;
    },
    close: () => end(child),
  };
}

export type BareBolt = { readonly url: string; close(): Promise<void> };

export async function startBareBolt(signingSecret: string): Promise<BareBolt> {
  const child = start("./bare-bolt.ts", { SLACK_SIGNING_SECRET: signingSecret });
  const port = await hear(child, z.number());
  return { url: `http://127.0.0.1:${port}/slack/events`, close: () => end(child) };
}
