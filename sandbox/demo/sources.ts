import { createHash } from "node:crypto";
import { realpath, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type GoldCase, loadGold } from "#sandbox/rag/gold";
import { readCorpus } from "#sandbox/rag/read-corpus";

/** The demo's own corpus: small, and written for it. */
export const OWN_CORPUS = fileURLToPath(new URL("../corpus", import.meta.url));
/** Its questions with known answers. */
export const OWN_GOLD = `${OWN_CORPUS}/gold.jsonl`;

/** The databases of one demo: Golive's own, and the RAG store. */
export type DemoDatabases = { readonly golive: string; readonly rag: string };

/** What a demo reads. `corpus` is the folder's real path. */
export type Sources = {
  readonly corpus: string;
  readonly gold: readonly GoldCase[] | null;
  /** What the users of the service ask: the gold cases, or those of the demo's own corpus; null: there are none. */
  readonly users: readonly GoldCase[] | null;
  readonly databases: DemoDatabases;
  /** Whether the demo's own questions are about this corpus: then releases evaluate their candidates with them. */
  readonly own: boolean;
};

/** A folder or file that the demo was given and can't use. The message is for the person at the terminal. */
export class SourceError extends Error {
  override readonly name = "SourceError";
}

/**
 * Reads corpus and gold cases before anything is started. Every corpus has databases of its own, named by its real path: runs
 * of one are never taken for runs of another, and going back to a corpus finds its demo as it was left. Throws `SourceError`.
 */
export async function readSources(given: { readonly corpus: string; readonly gold: string | null }): Promise<Sources> {
  const corpus = await folderAt(given.corpus);
  await readCorpus(corpus).catch((cause: unknown) => fail(`--corpus: ${wordsOf(cause)}.`, cause));
  const gold = given.gold === null ? null : await goldAt(given.gold);
  const own = corpus === (await realpath(OWN_CORPUS));
  const users = gold ?? (own ? await goldAt(OWN_GOLD) : null);
  return { corpus, gold, users, databases: own ? { golive: "golive", rag: "rag" } : databasesOf(corpus), own };
}

function databasesOf(corpus: string): DemoDatabases {
  const mark = createHash("sha256").update(corpus).digest("hex").slice(0, 8);
  return { golive: `golive_${mark}`, rag: `rag_${mark}` };
}

async function folderAt(path: string): Promise<string> {
  const real = await realpath(path).catch((cause: unknown) =>
    fail(`--corpus ${path}: there is no such folder. Name a folder with Markdown files in it.`, cause),
  );
  if (!(await stat(real)).isDirectory()) return fail(`--corpus ${path} is a file. Name the folder it is in.`);
  return real;
}

async function goldAt(path: string): Promise<readonly GoldCase[]> {
  const found = await stat(path).catch((cause: unknown) =>
    fail(`--gold ${path}: there is no such file. Name a file of gold cases, one JSON object per line.`, cause),
  );
  if (!found.isFile())
    return fail(`--gold ${path} is not a file. Name a file of gold cases, one JSON object per line.`);
  return loadGold(path).catch((cause: unknown) => fail(`--gold can't be used:\n${wordsOf(cause)}`, cause));
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function fail(message: string, cause?: unknown): never {
  throw new SourceError(message, { cause });
}
