import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withStore } from "#sandbox/rag/rag-store";
import { whatMoves } from "#src/cli/backup-restore";
import { type CliHouse, edit, openHouse, SERVICE } from "#test/cli/cli-house";

let house: CliHouse;
let id: string;
beforeAll(async () => {
  house = await openHouse();
  // The bot's role reads the tables; who restores them owns them.
  await edit(join(house.configs, "golive.yaml"), (yaml) =>
    yaml.replace("url_env: RAG_STORE_URL", "url_env: RAG_STORE_URL\n      restore_url_env: RAG_OWNER_URL"),
  );
});
afterAll(() => house.stop());

const backup = (words: readonly string[], interrupt?: Promise<string>) =>
  house.golive(["backup", ...words], {
    env: { RAG_OWNER_URL: house.rag.adminUrl },
    ...(interrupt === undefined ? {} : { interrupt }),
  });
const chunks = () =>
  withStore(house.rag.adminUrl, async (client) => {
    const { rows } = await client.query("SELECT count(*)::int AS n FROM rag.document_chunks");
    return rows[0].n;
  });

describe("golive backup", () => {
  it("takes a backup, verifies it, and says so", async () => {
    const { code, out, err } = await backup(["create", "--description", "before the migration", "--json"]);
    expect(err).toBe("");
    expect(code).toBe(0);
    const said = JSON.parse(out);
    expect(said).toMatchObject({ ok: true, tables: 5, damages: [], pointer: { run: "run-1", config: "v1" } });
    id = said.id;
    expect(id).toMatch(/^bk_\d{8}T\d{6}_[a-z2-7]{6}$/);
  });

  it("lists it as not proven, and as proven once its restore was tried out", async () => {
    expect((await backup(["list"])).out).toMatch(
      new RegExp(`^${id} · not proven · 1?\\d s ago · \\d+ kB · run-1 with v1 · before the migration\\n$`),
    );
    expect((await backup(["prove", id])).out).toMatch(/: proven\. Restored into a scratch schema/);
    const { backups } = JSON.parse((await backup(["list", "--json"])).out);
    expect(backups).toMatchObject([{ id, state: "proven", trouble: null, service: SERVICE }]);
  });

  it("restores what was lost, only with a confirmation, and says what it did", async () => {
    const before = await chunks();
    await withStore(house.rag.adminUrl, (client) =>
      client.query("DELETE FROM rag.document_chunks WHERE chunk_id > 'a'"),
    );
    const damaged = await chunks();
    expect(damaged).toBeLessThan(before);
    const asked = await backup(["restore", "--backup-id", id]);
    expect(asked).toMatchObject({ code: 2, out: "" });
    expect(asked.err).toMatch(/rag\.document_chunks \(chunks\) holds other rows and is replaced/);
    expect(asked.err).toMatch(/add --confirm/);
    const wrong = await backup([
      "restore",
      "--backup-id",
      id,
      "--confirm",
      "bk_20200101T000000_aaaaaa",
      "--as",
      "U0ROSA",
    ]);
    expect(wrong.code).toBe(2);
    expect(await chunks()).toBe(damaged);
    const { code, out } = await backup(["restore", "--backup-id", id, "--confirm", "--as", "U0ROSA"]);
    expect(out).toMatch(/^Restored 1 of 5 tables from bk_/);
    expect(code).toBe(0);
    expect(await chunks()).toBe(before);
  });

  it("restores for nobody who is unnamed or lacks the right to roll back, and never while what is live is moved", async () => {
    const restore = ["restore", "--backup-id", id, "--confirm"];
    const nobody = await backup(restore);
    expect(nobody).toMatchObject({ code: 2, out: "", err: expect.stringContaining("--as") });
    const before = await chunks();
    const milas = await backup([...restore, "--as", "U0MILA", "--json"]);
    expect(milas.code).toBe(1);
    expect(JSON.parse(milas.out)).toMatchObject({ ok: false, error: "no-right", details: { right: "rollback" } });
    expect(await chunks()).toBe(before);
    expect(whatMoves(SERVICE, "rb_1", null)).toMatch(
      /^A rollback of support-docs is under way, so nothing was restored/,
    );
    expect(whatMoves(SERVICE, null, "cutting over")).toMatch(/^A cutover of support-docs is under way/);
    expect(whatMoves(SERVICE, null, "ready")).toBeNull();
  });

  it("names the nearest ids for a mistyped one, and exits 2", async () => {
    const { code, err } = await backup(["verify", `${id.slice(0, -1)}${id.endsWith("a") ? "b" : "a"}`]);
    expect(code).toBe(2);
    expect(err).toContain(`Did you mean ${id}?`);
    const path = await backup(["verify", "../../etc/passwd"]);
    expect(path.code).toBe(2);
    expect(path.err).toContain("is no backup id");
  });

  it("exits 1 for a damaged backup, names the file, and lists it as damaged", async () => {
    const folder = join(house.configs, "backups", SERVICE, id, "data");
    const [file = ""] = (await readdir(folder)).sort();
    await writeFile(join(folder, file), "no backup");
    const { code, out } = await backup(["verify", id]);
    expect(code).toBe(1);
    expect(out).toContain(`data/${file} was cut off`);
    expect((await backup(["list"])).out).toMatch(/ · DAMAGED · /);
    const refused = await backup(["restore", "--backup-id", id, "--confirm", "--as", "U0ROSA"]);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain("nothing was restored");
  });

  it("leaves nothing half when it is interrupted", async () => {
    const { code, err } = await backup(["create", "--description", "stopped"], Promise.resolve("SIGINT"));
    expect(code).toBe(130);
    expect(err).toContain("nothing half is left");
    expect(await readdir(join(house.configs, "backups", SERVICE))).toEqual([id]);
  });

  it("says which key is missing, and never repeats one", async () => {
    await edit(join(house.configs, "golive.yaml"), (yaml) =>
      yaml.replace(/^backups:$/m, "backups:\n  encryption: { key_env: BACKUP_SECRET_KEY }"),
    );
    const missing = await backup(["create", "--description", "sealed"]);
    expect(missing).toMatchObject({ code: 2, out: "" });
    expect(missing.err).toContain("BACKUP_SECRET_KEY");
    const bad = await house.golive(["backup", "create", "--description", "x"], {
      env: { BACKUP_SECRET_KEY: "AGE-SECRET-KEY-1NOTAKEY" },
    });
    expect(bad.code).toBe(2);
    expect(bad.err).not.toContain("1NOTAKEY");
  });
});
