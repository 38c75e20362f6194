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
    const commit = await git("HEAD");
    const branch = await git("--abbrev-ref", "HEAD");
    // A checkout of a commit alone has no branch, and git then says HEAD, which names nothing.
    return { commit, branch: branch === "HEAD" ? `detached-${commit.slice(0, 8)}` : branch };
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
