import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withStore } from "#sandbox/rag/rag-store";
import { type CliHouse, openHouse, ROOT } from "#test/cli/cli-house";

describe("the audit trail from the command line", () => {
  let house: CliHouse;
  let exported: string;
  let head: string;
  beforeAll(async () => {
    house = await openHouse();
    await house.golive(["release", "start", "--as", "U0ROSA", "--wait"]);
  });
  afterAll(() => house.stop());

  /** As whoever has the superuser's password: the triggers that keep everybody else out are switched off. */
  const tamper = (sql: string): Promise<unknown> =>
    withStore(house.database.adminUrl, async (client) => {
      await client.query("ALTER TABLE golive.journal DISABLE TRIGGER ALL");
      await client.query(sql);
      await client.query("ALTER TABLE golive.journal ENABLE TRIGGER ALL");
    });

  it("export writes NDJSON whose hashes join, and the head on stderr", async () => {
    const said = await house.golive(["audit", "export"]);
    expect(said.code).toBe(0);
    exported = said.out;
    const lines = said.out.trimEnd().split("\n");
    const rows = lines.map((line) => JSON.parse(line));
    expect(rows.map((row) => row.position)).toEqual(rows.map((_, index) => index + 1));
    for (const [index, row] of rows.entries()) {
      if (index > 0) expect(row.prev).toBe(rows[index - 1].hash);
      const body = /,"body":(.*)\}$/.exec(lines[index] ?? "")?.[1] ?? "";
      const hash = createHash("sha256").update(Buffer.from(row.prev, "hex")).update(body).digest("hex");
      expect(row.hash).toBe(hash);
    }
    head = /head (\d+:[0-9a-f]{64})\./.exec(said.err)?.[1] ?? "";
    expect(head).toBe(`${rows.length}:${rows.at(-1).hash}`);
  });

  it("export ends quietly when its reader leaves, as in `| head`", async () => {
    const child = spawn(process.execPath, ["src/main.ts", "audit", "export"], {
      cwd: ROOT,
      env: house.env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.destroy();
    let err = "";
    child.stderr.on("data", (chunk: Buffer) => {
      err += chunk.toString();
    });
    const [code] = await once(child, "close");
    expect({ code, err }).toEqual({ code: 0, err: "" });
  });

  it("verify finds it intact, in words, as JSON, and against the exported head", async () => {
    const words = await house.golive(["audit", "verify"]);
    expect(words).toMatchObject({ code: 0, err: "" });
    expect(words.out).toBe(`The audit trail is intact: ${exported.trimEnd().split("\n").length} rows, head ${head}.\n`);
    const json = await house.golive(["audit", "verify", "--json", "--head", head]);
    expect(json).toMatchObject({ code: 0, err: "" });
    expect(JSON.parse(json.out)).toMatchObject({ ok: true, problems: [] });
  });

  it("verify ends with 1 and names the row that a superuser changed", async () => {
    await tamper("UPDATE golive.journal SET body = replace(body, 'U0ROSA', 'U0MILA') WHERE position = 2");
    const words = await house.golive(["audit", "verify"]);
    expect(words.code).toBe(1);
    expect(words.out).toMatch(/row 2\b/i);
    expect(words.out).toMatch(/The audit trail is BROKEN/);
    const json = await house.golive(["audit", "verify", "--json"]);
    expect(json).toMatchObject({ code: 1, err: "" });
    expect(JSON.parse(json.out).problems[0]).toMatchObject({ position: 2 });
  });

  it("verify --head shows a chain that isn't the one exported", async () => {
    const other = `2:${"0".repeat(64)}`;
    const said = await house.golive(["audit", "verify", "--json", "--head", other]);
    expect(said.code).toBe(1);
    expect(JSON.parse(said.out).problems.map((each: { sentence: string }) => each.sentence)).toContainEqual(
      expect.stringMatching(/not the one that was exported/),
    );
  });
});
