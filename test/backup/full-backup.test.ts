import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPostgresRunner } from "#src/rag/postgres-runner";
import { storeNames } from "#src/rag/store-names";
import { type BackupHouse, openBackupHouse } from "#test/backup/backup-house";
import { createEmptyDatabase } from "#test/support/postgres";
import { FIXTURE, insertChunks, serviceFixture, setPointer } from "#test/support/rag-fixture";

const run = promisify(execFile);
let house: BackupHouse;
beforeAll(async () => {
  house = await openBackupHouse();
});
afterAll(() => house.stop());

describe("a full backup", () => {
  it("holds every table of the service with its rows, and verifies", async () => {
    const { manifest, bytes } = await house.create();
    expect(manifest.tables.map(({ role, rows }) => [role, rows]).sort()).toEqual([
      ["chunks", 80],
      ["configs", 2],
      ["flips", 0],
      ["pointer", 1],
      ["runs", 2],
    ]);
    expect(manifest.pointer).toEqual({ run: "a", config: "v1" });
    const verified = await house.verify(manifest.id);
    expect(verified).toMatchObject({ damages: [], rows: 85 });
    expect(bytes).toBeGreaterThan(verified.bytes);
    const files = await readdir(join(house.folder, "docs", manifest.id), { recursive: true });
    expect(files).toContain("manifest.json");
  });

  it("is not restored when what is live would be gone after it, and then nothing has changed", async () => {
    const { manifest } = await house.create();
    await insertChunks(house.runner, "newer", 5);
    await setPointer(house.runner, "newer", "v1");
    const keepLive = storeNames(serviceFixture().rag_store);
    await expect(house.restore(manifest.id, { keepLive })).rejects.toMatchObject({
      kind: "restore:live",
      message: expect.stringContaining("the run newer is live, and the backup holds no chunk of it"),
    });
    const newer = await house.runner.query(`SELECT 1 FROM ${FIXTURE.chunks} WHERE ${FIXTURE.run} = 'newer'`);
    expect(newer).toHaveLength(5);
    await setPointer(house.runner, "a", "v1");
    await house.restore(manifest.id, { keepLive });
    expect(await house.runner.query(`SELECT 1 FROM ${FIXTURE.chunks} WHERE ${FIXTURE.run} = 'newer'`)).toEqual([]);
  });

  it("comes back in an empty database by plain psql", async () => {
    const { manifest } = await house.create();
    const empty = await createEmptyDatabase();
    const folder = join(house.folder, "docs", manifest.id);
    const said = await run("psql", ["--no-psqlrc", "-d", empty.ownerUrl, "-f", "restore.sql"], { cwd: folder });
    expect(said.stderr).toBe("");
    const there = createPostgresRunner(empty.ownerUrl);
    const sql = `SELECT * FROM ${FIXTURE.chunks} ORDER BY 1, 2`;
    expect(await there.query(sql)).toEqual(await house.runner.query(sql));
    await there.close();
    await empty.drop();
  });
});
