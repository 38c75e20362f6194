import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postgresCopySource } from "#src/backup/copy/postgres-session";
import { createBackup } from "#src/backup/create-backup";
import { createPostgresRunner } from "#src/rag/postgres-runner";
import { storeNames } from "#src/rag/store-names";
import { type BackupHouse, CREATED_AT, openBackupHouse } from "#test/backup/backup-house";
import { createOddTables, oddService } from "#test/backup/odd-tables";
import { createEmptyDatabase } from "#test/support/postgres";

const run = promisify(execFile);
let house: BackupHouse;
beforeAll(async () => {
  house = await openBackupHouse({ service: oddService(), fill: (runner) => createOddTables(runner) });
});
afterAll(() => house.stop());

describe("partitions, enums, domains, generated and identity columns, arrays, jsonb, quotes and capitals", () => {
  it("are restored into a scratch schema without a difference", async () => {
    const { manifest } = await house.create();
    expect(manifest.tables.filter(({ role }) => role === "chunks").map(({ name, rows }) => [name, rows])).toEqual([
      ["Chunks a", 20],
      ["low", 14],
      ["high", 26],
    ]);
    // An array of a type that was made here names it by a number that means nothing elsewhere.
    expect(manifest.tables.find(({ role }) => role === "configs")?.format).toBe("text");
    expect(await house.prove(manifest.id)).toMatchObject({ proven: true, differences: [], rows: 65 });
    expect(await house.runner.query("SELECT 1 FROM pg_namespace WHERE nspname LIKE 'golive_scratch%'")).toEqual([]);
  });

  it("come back in another database by plain psql with the same shape and the same content", async () => {
    const { manifest } = await house.create();
    const empty = await createEmptyDatabase();
    const folder = join(house.folder, "docs", manifest.id);
    await run("psql", ["--no-psqlrc", "-d", empty.ownerUrl, "-f", "restore.sql"], { cwd: folder });
    const again = await createBackup({
      order: {
        id: "bk_20261123T075002_aaaaaa",
        service: "docs",
        names: storeNames(oddService().rag_store),
        release: null,
        description: "",
        createdAt: CREATED_AT,
      },
      source: postgresCopySource(empty.ownerUrl),
      storage: house.storage,
      sealer: null,
    });
    expect(again.manifest.shape).toEqual(manifest.shape);
    const content = (tables: typeof manifest.tables) => tables.map(({ name, digest }) => [name, digest]);
    expect(content(again.manifest.tables)).toEqual(content(manifest.tables));
    const there = createPostgresRunner(empty.ownerUrl);
    const sql = "INSERT INTO odd.configs (version, body) VALUES ('v3', '{}') RETURNING n";
    expect(await there.query(sql)).toEqual([{ n: 3 }]);
    await there.close();
    await empty.drop();
  });

  it("are restored in place: what is gone is made again, what was changed is replaced", async () => {
    const { manifest } = await house.create();
    await house.runner.query(`DELETE FROM "Odd ""Schema"."Chunks" WHERE tokens % 2 = 0`);
    await house.runner.query("DROP TABLE odd.high");
    await house.runner.query("DROP TABLE odd.runs CASCADE");
    const { tables } = await house.restore(manifest.id);
    expect(Object.fromEntries(tables.map(({ table, action }) => [table.name, action]))).toEqual({
      runs: "create",
      pointer: "same",
      configs: "same",
      golive_flip: "same",
      "Chunks a": "replace",
      low: "replace",
      high: "create",
    });
    const again = await house.create({ createdAt: CREATED_AT + 1_000 });
    const content = (list: typeof manifest.tables) => list.map(({ name, digest }) => [name, digest]).sort();
    expect(content(again.manifest.tables)).toEqual(content(manifest.tables));
    expect(new Set(again.manifest.shape.tables.map((table) => JSON.stringify(table)))).toEqual(
      new Set(manifest.shape.tables.map((table) => JSON.stringify(table))),
    );
  });
});
