import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { loadConfig } from "#src/config/load-config";
import { describeProblems } from "#src/config/problems";

const configs = join(import.meta.dirname, "../../configs");

/** The shipped configuration with one edit of golive.yaml, which must change something. */
export async function loadEdited(from: string | RegExp, to: string) {
  const dir = await mkdtemp(join(tmpdir(), "golive-config-"));
  try {
    await cp(configs, dir, { recursive: true });
    const file = join(dir, "golive.yaml");
    const before = await readFile(file, "utf8");
    const after = before.replace(from, to);
    expect(after, "the edit changed nothing").not.toBe(before);
    await writeFile(file, after);
    return await loadConfig(dir);
  } finally {
    await rm(dir, { recursive: true });
  }
}

/** What is wrong with it: the edit must break it in a line. */
export async function reportOf(from: string | RegExp, to: string): Promise<string> {
  const loaded = await loadEdited(from, to);
  if (loaded.ok) throw new Error("it loaded");
  expect(loaded.problems[0]?.line).toBeGreaterThan(0);
  return describeProblems(loaded.problems);
}
