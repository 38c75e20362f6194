import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ReadBytes } from "#src/evaluation/results/byte-window";

/** A file in memory that gives at most `step` bytes at once: every border between two pieces is somewhere. */
export function readsOf(content: string | Uint8Array, step = 1 << 20): ReadBytes {
  const bytes = Buffer.from(content);
  return (into, at, length, position) => {
    const end = Math.min(position + Math.min(step, length), bytes.length);
    const part = bytes.subarray(Math.min(position, bytes.length), end);
    into.set(part, at);
    return Promise.resolve(part.length);
  };
}

/** Gives `work` a folder of its own, and takes it away. */
export async function inFolder<T>(
  work: (write: (name: string, content: string | Uint8Array) => Promise<string>) => Promise<T>,
) {
  const folder = await mkdtemp(join(tmpdir(), "golive-evaluation-"));
  try {
    return await work(async (name, content) => {
      await writeFile(join(folder, name), content);
      return join(folder, name);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
