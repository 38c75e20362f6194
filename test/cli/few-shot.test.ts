import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { shell } from "#test/cli/cli-house";

let directory: string;
const at = (name: string) => join(directory, name);
const golive = (...words: string[]) => shell(["few-shot", ...words], {});

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "golive-few-shot-cli-"));
  await file("gold.jsonl", [
    { id: "g1", query: "Which flag flies on quarantine days?", gt_answer: "A plain yellow one." },
  ]);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const file = async (name: string, lines: readonly (object | string)[], end = "\n"): Promise<string> => {
  await writeFile(
    at(name),
    lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line)) + end).join(""),
  );
  return at(name);
};
const candidate = (id: string, question: string, changes: object = {}) => ({
  id,
  question,
  answer: `As the log of ${id} has it.`,
  quality: 0.9,
  added_at: "2026-01-01",
  ...changes,
});
const GOOD = [
  candidate("lamp", "When is the harbour lamp lit in winter?"),
  candidate("boat", "Who paints the long boat's hull?", { quality: 0.5 }),
  candidate("flag", "which FLAG flies on quarantine days"),
];
const build = (candidates: string, ...more: string[]) =>
  golive("build", "--candidates", candidates, "--eval", at("gold.jsonl"), "--out", at("pool.jsonl"), ...more);

describe("golive few-shot build", () => {
  it("writes what is good enough and leaks nothing, and says who is left out and why", async () => {
    const candidates = await file("candidates.jsonl", GOOD, "\r\n");
    const { code, out } = await build(candidates);
    expect(code, out).toBe(0);
    expect(out).toMatch(/^1 of 3 candidates are in .*pool\.jsonl, none of which leaks one of the 1 evaluation cases/);
    expect(out).toContain("  boat has quality 0.5, below 0.7\n");
    expect(out).toContain("  hash         1.00  case g1 in pool entry flag: the same question\n");
    const pool = await readFile(at("pool.jsonl"), "utf8");
    expect(
      pool
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).id),
    ).toEqual(["lamp"]);
    expect((await golive("check", "--pool", at("pool.jsonl"), "--eval", at("gold.jsonl"))).code).toBe(0);
    await file("candidates.jsonl", GOOD.toReversed());
    await build(candidates);
    expect(await readFile(at("pool.jsonl"), "utf8")).toBe(pool);
  });

  it("writes nothing with --strict where one leaks, and nothing where none is left", async () => {
    const candidates = await file("strict.jsonl", GOOD);
    await rm(at("pool.jsonl"), { force: true });
    const strict = await build(candidates, "--strict", "--json");
    expect([strict.code, JSON.parse(strict.out)]).toMatchObject([1, { written: null, leaked: [{ eval_id: "g1" }] }]);
    const none = await build(candidates, "--floor", "0.95");
    expect([none.code, none.out]).toEqual([1, expect.stringMatching(/^No pool was written: no candidate is left/)]);
    await expect(readFile(at("pool.jsonl"))).rejects.toThrow();
  });

  it("names every wrong line at once", async () => {
    const wrong = await file("wrong.jsonl", [
      candidate("a", "What is this?"),
      "{",
      candidate("b", "What?", { quality: 1.2 }),
      candidate("c", " ?! "),
      candidate("a", "And that?"),
      candidate("d", "When?", { added_at: "yesterday" }),
      candidate("e", "Who?", { answer: undefined }),
      "[]",
    ]);
    const { code, err, out } = await build(wrong);
    expect([code, out]).toEqual([2, ""]);
    for (const line of [
      "7 problems:",
      "line 2: it is no JSON",
      "line 3: quality: expected",
      "line 4: question: expected text with a word in it",
      'line 5: id "a" is already used on line 1',
      "line 6: added_at: expected a day like 2026-03-01",
      'line 7: gt_answer: expected text with a word in it (or under "answer")',
      "line 8: it: expected a JSON object",
      "No pool was written.",
    ]) {
      expect(err).toContain(line);
    }
  });

  it.each([
    ["an empty file", [""], "it holds no candidates"],
    ["a file of blank lines", ["", " "], "it holds no candidates"],
  ])("refuses %s", async (_, lines, says) => {
    const { code, err } = await build(await file("empty.jsonl", lines));
    expect([code, err]).toEqual([
      2,
      expect.stringContaining(`empty.jsonl can't be used: ${says}. No pool was written.`),
    ]);
  });

  it("refuses a missing file, an empty evaluation set, and numbers that are none", async () => {
    const candidates = await file("candidates.jsonl", GOOD);
    expect((await build(at("nowhere.jsonl"))).err).toContain("there is no such file");
    const empty = await file("none.jsonl", []);
    const words = ["build", "--candidates", candidates, "--eval", empty, "--out", at("pool.jsonl")];
    expect(await golive(...words)).toMatchObject({ code: 2, err: expect.stringMatching(/none\.jsonl can't be used/) });
    for (const [flag, typed] of [
      ["--floor", "1.1"],
      ["--floor", "high"],
      ["--size", "0"],
      ["--seed", "-1"],
    ] as const) {
      expect((await build(candidates, flag, typed)).err).toContain(`${flag} takes a`);
    }
  });
});

describe("golive few-shot select", () => {
  const POOL = [
    { id: "b", query: "Who paints the long boat's hull?", gt_answer: "The crew.", embedding: [1, 0] },
    { id: "a", query: "When is the harbour lamp lit in winter?", gt_answer: "At four.", embedding: [2, 0] },
    { id: "c", query: "How long is the ferry's rope?", gt_answer: "Ninety metres.", embedding: [3, 4] },
  ];
  const QUERIES = [{ id: "q", query: "Which brush is best for wood?", embedding: [5, 0] }];
  const select = async (pool: readonly object[], queries: readonly object[], ...more: string[]) =>
    golive("select", "--pool", await file("p.jsonl", pool), "--queries", await file("q.jsonl", queries), ...more);

  it("gives the nearest, ties by id, the same bytes each time", async () => {
    const { code, out } = await select(POOL, QUERIES, "-k", "2", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      selector: "knn-1",
      seed: 42,
      k: 2,
      pool_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      selections: [
        {
          query: "q",
          examples: [
            { id: "a", score: 1 },
            { id: "b", score: 1 },
          ],
        },
      ],
    });
    expect((await select(POOL, QUERIES, "-k", "2", "--json")).out).toBe(out);
  });

  it("says when the pool is smaller than k, and that no gold set was named", async () => {
    const { code, out } = await select(POOL, QUERIES, "-k", "9");
    expect(code).toBe(0);
    expect(out).toContain(
      "q: a 1.000000, b 1.000000, c 0.600000 (3 of 9: the pool of 3 has no more that may be shown)",
    );
    expect(out).toContain("No gold set was named (--eval)");
  });

  it("shows nobody what leaks a gold case, and no query its own copy", async () => {
    const gold = await file("cases.jsonl", [
      { id: "case", query: "when is the HARBOUR lamp lit in winter", gt_answer: "" },
    ]);
    const twin = { id: "twin", query: "Who paints the long boat's hull", embedding: [1, 0] };
    const { out } = await select(POOL, [...QUERIES, twin], "--eval", gold, "-k", "1");
    expect(out).toMatch(/^q: b 1\.000000\ntwin: c 0\.600000\n {2}hash +1\.00 {2}query twin in pool entry b: the same/);
    expect(out).toContain("Shown to nobody, since they leak gold cases (1):");
    const only = await select([POOL[1] ?? {}], QUERIES, "--eval", gold);
    expect([only.code, only.out]).toEqual([1, expect.stringMatching(/^q: none \(0 of 5/)]);
  });

  it.each<[string, object, RegExp]>([
    ["no embedding", { id: "x", query: "What else?" }, /pool entry x: it has no embedding\. Nothing was selected/],
    ["a zero vector", { id: "x", query: "What else?", embedding: [0, 0] }, /pool entry x: its vector is all zeros/],
    ["another length", { id: "x", query: "What else?", embedding: [1] }, /pool entry x: its vector has 1 numbers/],
    ["an id twice", { id: "a", query: "What else?", embedding: [1, 1] }, /pool entry a: the id is there twice/],
  ])("refuses an entry with %s", async (_, entry, says) => {
    const { code, err, out } = await select([...POOL, entry], QUERIES);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(says);
  });

  it("refuses queries of another embedder and a k of nothing", async () => {
    expect((await select(POOL, [{ id: "q", query: "What?", embedding: [1, 2, 3] }])).err).toMatch(
      /different embedders/,
    );
    expect((await select(POOL, QUERIES, "-k", "0")).err).toContain("-k takes a whole number from 1");
  });
});
