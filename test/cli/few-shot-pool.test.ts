import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createPool } from "#src/journal/pool";
import { sha256 } from "#src/manifest/canonical";
import { createKeptPools } from "#src/operations/few-shot/work/kept-pools";
import { type CliHouse, openHouse } from "#test/cli/cli-house";

const TEXT = '{"id":"fs-1","query":"Où ?","gt_answer":"Ici."}\n';
const MADE_OF = {
  candidates_sha256: sha256("c"),
  gold_sha256: [],
  floor: 1,
  size: 1,
  seed: 1,
  guard_sha256: sha256("g"),
};

let house: CliHouse;
let directory: string;
beforeAll(async () => {
  house = await openHouse();
  directory = await mkdtemp(join(tmpdir(), "golive-few-shot-pool-"));
  const pool = createPool({ url: house.database.appUrl, name: "test", max: 1 });
  await createKeptPools(pool).keep("support-docs", { sha256: sha256(TEXT), text: TEXT }, MADE_OF);
  await pool.end();
});
afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
  await house.stop();
});
const write = (sum: string, out: string) => house.golive(["few-shot", "pool", sum, "--out", out]);

it("writes a pool that was proposed, byte for byte", async () => {
  const out = join(directory, "pool.jsonl");
  expect(await write(sha256(TEXT), out)).toMatchObject({ code: 0, out: `${out}: the pool ${sha256(TEXT)}\n` });
  expect(await readFile(out, "utf8")).toBe(TEXT);
});

it("says what is wrong with a name that is none, a pool that nobody proposed, and a place that can't be written", async () => {
  const out = join(directory, "other.jsonl");
  expect(await write("zz", out)).toMatchObject({
    code: 2,
    err: expect.stringMatching(/^A pool is named by its SHA-256/),
  });
  expect(await write(sha256("x"), out)).toMatchObject({
    code: 2,
    err: expect.stringMatching(/was proposed here; nothing/),
  });
  const nowhere = join(directory, "no", "where.jsonl");
  expect(await write(sha256(TEXT), nowhere)).toMatchObject({ code: 2, err: expect.stringMatching(/can't be written/) });
  await expect(readFile(out)).rejects.toThrow();
});
