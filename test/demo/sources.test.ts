import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OWN_CORPUS, readSources } from "#sandbox/demo/sources";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
let home: string;
const at = (name: string): string => join(home, name);

beforeAll(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), "golive-sources-")));
  for (const name of ["one", "two", "empty"]) await mkdir(at(name));
  await writeFile(at("one/a.md"), "# A\n\nOne.");
  await writeFile(at("two/a.md"), "# A\n\nTwo.");
  await symlink(at("one"), at("link"));
  await writeFile(at("bad.jsonl"), "nonsense\n");
  await writeFile(at("good.jsonl"), '{"id":"a","query":"q?","gt_answer":"x"}\n');
});
afterAll(() => rm(home, { recursive: true, force: true }));

/** `npm run demo -- …` to its end. */
async function demo(...words: readonly string[]): Promise<{ readonly code: number; readonly err: string }> {
  const args = ["sandbox/demo.ts", "--data", at("data"), ...words];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "ignore", "pipe"] });
  let err = "";
  child.stderr.on("data", (chunk: Buffer) => {
    err += chunk.toString();
  });
  const [code] = await once(child, "close");
  return { code, err };
}

describe("what the demo is given to read", () => {
  test("every corpus has databases of its own, by its real path; the demo's own has the plain names", async () => {
    const read = (corpus: string) => readSources({ corpus, gold: null });
    const [own, one, two, link] = await Promise.all([OWN_CORPUS, at("one"), at("two"), at("link")].map(read));
    expect(own?.databases).toEqual({ golive: "golive", rag: "rag" });
    expect(one?.databases.golive).toMatch(/^golive_[0-9a-f]{8}$/);
    expect(one?.databases.rag).toMatch(/^rag_[0-9a-f]{8}$/);
    expect(two?.databases).not.toEqual(one?.databases);
    expect(link).toEqual(one);
  });

  test.each([
    ["a corpus that isn't there", ["--corpus", "nowhere"], /--corpus .*nowhere: there is no such folder/],
    ["a corpus that is a file", ["--corpus", "one/a.md"], /is a file\. Name the folder/],
    ["a corpus without Markdown", ["--corpus", "empty"], /no Markdown files in/],
    ["a gold file that isn't there", ["--corpus", "one", "--gold", "nope"], /--gold .*nope: there is no such file/],
    ["a gold file that is a folder", ["--corpus", "one", "--gold", "two"], /is not a file/],
    ["a gold file that can't be read", ["--corpus", "one", "--gold", "bad.jsonl"], /bad\.jsonl:1: not JSON/],
  ])("%s: exit 2 with a sentence, before any database is started", async (_title, words, sentence) => {
    const paths = words.map((word) => (word.startsWith("--") ? word : at(word)));
    const { code, err } = await demo(...paths);
    expect(err).toMatch(sentence);
    expect(err).not.toContain("starting Postgres");
    expect(err).not.toMatch(/^\s+at /m);
    expect(code).toBe(2);
    expect(existsSync(at("data"))).toBe(false);
  });

  test("gold cases are read at once, each of them", async () => {
    const { gold } = await readSources({ corpus: at("one"), gold: at("good.jsonl") });
    expect(gold).toHaveLength(1);
  });
});
