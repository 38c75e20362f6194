import { appendFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readLines } from "#src/cli/read-lines";

/** Characters that are gathered for a part before they are written. */
const PORTION = 1 << 16;

/**
 * Reads a file's lines again, sorted by the part of time they belong to: `partOf` gives its number, null for a line that is left out. They
 * are laid into one temporary file for each part, so memory doesn't grow with the file. Within a part the order stays that of the file.
 */
export async function readSorted(
  path: string,
  what: string,
  partOf: (line: string) => number | null,
  take: (line: string) => void,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "golive-replay-"));
  try {
    const parts = new Map<number, string>();
    const fileOf = (part: number) => join(folder, String(part));
    const flush = (part: number, lines: string) => {
      appendFileSync(fileOf(part), lines);
      parts.set(part, "");
    };
    await readLines(path, what, (line) => {
      const part = partOf(line);
      if (part === null) return;
      const lines = `${parts.get(part) ?? ""}${line}\n`;
      if (lines.length < PORTION) parts.set(part, lines);
      else flush(part, lines);
    });
    for (const [part, lines] of parts) flush(part, lines);
    for (const part of [...parts.keys()].sort((a, b) => a - b)) await readLines(fileOf(part), what, take);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
