import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withStore } from "#sandbox/rag/rag-store";
import { type CliHouse, edit, openHouse, shell } from "#test/cli/cli-house";

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "golive-setup-"));
});
afterAll(() => rm(home, { recursive: true, force: true }));

describe("golive migrate", () => {
  let house: CliHouse;
  beforeAll(async () => {
    house = await openHouse({ migrated: false });
  });
  afterAll(() => house.stop());
  const migrate = (...more: string[]) =>
    house.golive(["migrate", ...more], { env: { DATABASE_OWNER_URL: house.database.ownerUrl } });

  it("makes Golive's tables and the store's ledger; a second time there is nothing to do", async () => {
    const first = await migrate();
    expect(first).toMatchObject({ code: 0, err: "" });
    expect(first.out).toMatch(/^Applied 0001_.*\nThe RAG store of support-docs has its ledger of flips\.\n$/);
    expect((await migrate()).out).toMatch(/^Golive's tables are up to date\.\n/);
    expect(JSON.parse((await migrate("--json")).out)).toEqual({ ok: true, applied: [], ledgers: ["support-docs"] });
    const { rows } = await withStore(house.rag.adminUrl, (client) =>
      client.query("SELECT 1 FROM pg_class WHERE relname = 'golive_flip'"),
    );
    expect(rows).toHaveLength(1);
  });

  it("names every variable that is missing, and changes nothing", async () => {
    const { code, err } = await house.golive(["migrate"], { env: { RAG_STORE_URL: undefined } });
    expect(code).toBe(2);
    expect(err).toMatch(/DATABASE_OWNER_URL: missing.*\n.*RAG_STORE_URL: missing/);
  });

  it("says which database can't be reached, without its password", async () => {
    const { code, out, err } = await house.golive(["migrate"], {
      env: { DATABASE_OWNER_URL: "postgres://golive_owner:hunter2hunter2@127.0.0.1:9/golive" },
    });
    expect({ code, out }).toEqual({ code: 3, out: "" });
    expect(err).toMatch(
      /^Golive's own database can't be reached: connect ECONNREFUSED 127\.0\.0\.1:9\. Nothing was decided/,
    );
    expect(err).not.toContain("hunter2");
  });

  it("refuses to migrate as the bot's role, and names the right one", async () => {
    const { code, err } = await house.golive(["migrate"], { env: { DATABASE_OWNER_URL: house.database.appUrl } });
    expect(code).not.toBe(0);
    expect(err).toMatch(/golive_owner/);
  });
});

describe("golive init", () => {
  it("writes a directory whose blanks config check names one by one, and which is valid once they are filled", async () => {
    const dir = join(home, "mine");
    const written = await shell(["init", dir], {});
    expect(written).toMatchObject({ code: 0, err: "" });
    const blank = await readFile(join(dir, "golive.yaml"), "utf8");
    const blanks = blank.split("\n").flatMap((line, index) => (/\bfill-in\b/.test(line) ? [index + 1] : []));
    expect(blanks.length).toBeGreaterThan(5);
    expect(written.out).toContain(`each of the ${blank.match(/\bfill-in\b/g)?.length} \`fill-in\``);

    const refused = await shell(["config", "check", dir], {});
    expect({ code: refused.code, err: refused.err }).toEqual({ code: 2, err: "" });
    for (const line of blanks) expect(refused.out).toContain(`golive.yaml:${line} `);

    let next = 0;
    await edit(join(dir, "golive.yaml"), (text) =>
      text
        .split("\n")
        .map((line) => {
          const kind = /channel:/.test(line) ? "C" : /groups:/.test(line) ? "S" : "U";
          return line.replace(/\bfill-in\b/g, () => `${kind}0123ABC${String.fromCharCode(65 + next++)}`);
        })
        .join("\n"),
    );
    const accepted = await shell(["config", "check"], { GOLIVE_CONFIG: dir });
    expect(accepted).toMatchObject({ code: 0, err: "" });
    expect(accepted.out).toContain(`The configuration in ${dir} is valid.`);
  });

  it("leaves none of the demo's people and channels in it", async () => {
    const dir = join(home, "clean");
    await shell(["init", dir, "--json"], {});
    const golive = await readFile(join(dir, "golive.yaml"), "utf8");
    expect(golive).not.toMatch(/\b[UCS]0[A-Z]+\b|Rosa|Mila|Omar|Nora|Ines|Tom\b|\bDan\b|\bMei\b|the demo runs/);
  });

  it("refuses a directory with something in it and writes nothing", async () => {
    const dir = join(home, "taken");
    await mkdir(dir);
    await writeFile(join(dir, "golive.yaml"), "mine");
    const { code, err } = await shell(["init", dir], {});
    expect({ code, err }).toEqual({
      code: 2,
      err: `${dir} is not empty, so nothing was written. Name a new directory.\n`,
    });
    expect(await readFile(join(dir, "golive.yaml"), "utf8")).toBe("mine");
  });

  it("refuses a path that can't be a directory", async () => {
    const file = join(home, "file");
    await writeFile(file, "");
    const { code, err } = await shell(["init", join(file, "below")], {});
    expect(code).toBe(2);
    expect(err).toMatch(/can't be written \((ENOTDIR|EEXIST)\), so nothing was\./);
  });
});

describe("golive config check", () => {
  it("accepts what is shipped, in words and as JSON", async () => {
    const words = await shell(["config", "check", "configs"], {});
    expect(words).toMatchObject({ code: 0, err: "" });
    const json = await shell(["config", "check", "configs", "--json"], {});
    expect(json).toMatchObject({ code: 0, err: "" });
    expect(JSON.parse(json.out)).toMatchObject({ ok: true, sign_offs: expect.any(Array) });
    for (const key of keysOf(JSON.parse(json.out))) expect(key).toMatch(/^[a-z]+(_[a-z]+)*$/);
  });

  it("lists all problems of a bad one on one report, exit 2", async () => {
    const { code, out } = await shell(["config", "check", join(home, "nowhere"), "--json"], {});
    expect(code).toBe(2);
    const { ok, problems } = JSON.parse(out);
    expect(ok).toBe(false);
    expect(problems).toHaveLength(4);
  });
});

/** Every key of a document, however deep. */
function keysOf(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(keysOf);
  return Object.entries(value).flatMap(([key, inside]) => [key, ...keysOf(inside)]);
}
