import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Source } from "#sandbox/rag-service/server";

const run = promisify(execFile);

/** Which code this service is: the checkout's commit and branch, or where there is none, a digest of the service's files. */
export async function readSource(): Promise<Source> {
  const git = async (...words: readonly string[]) =>
    (await run("git", ["rev-parse", ...words], { cwd: import.meta.dirname })).stdout.trim();
  try {
    return { commit: await git("HEAD"), branch: await git("--abbrev-ref", "HEAD") };
  } catch {
    // No git, or no checkout.
    return { commit: await digestOfFiles(), branch: "no-checkout" };
  }
}

async function digestOfFiles(): Promise<string> {
  const hash = createHash("sha256");
  for (const name of (await readdir(import.meta.dirname)).filter((each) => each.endsWith(".ts")).sort()) {
    hash.update(await readFile(join(import.meta.dirname, name)));
  }
  return hash.digest("hex").slice(0, 40);
}
