import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createBackup } from "#src/backup/create-backup";
import { proveRestore } from "#src/backup/prove-restore";
import { restoreBackup } from "#src/backup/restore-backup";
import { memoryStorage } from "#src/backup/storage/memory";
import { verifyBackup } from "#src/backup/verify-backup";
import { storeNames } from "#src/rag/store-names";
import { CREATED_AT } from "#test/backup/backup-house";
import { createOddTables, oddService } from "#test/backup/odd-tables";
import { openPglite } from "#test/backup/pglite-session";

const id = "bk_20261123T075001_vector";
const names = storeNames(oddService().rag_store);
const storage = memoryStorage();
const common = { id, service: "docs", storage, sealer: null, expected: null };
let db: Awaited<ReturnType<typeof openPglite>>;
beforeAll(async () => {
  db = await openPglite();
  await createOddTables(db.runner, true);
});
afterAll(() => db.close());

const nearest = () =>
  db.runner.query(
    `SELECT "Id"::int AS id FROM "Odd ""Schema"."Chunks" ORDER BY embedding OPERATOR(public.<->) '[7.2,0.5,0]' LIMIT 3`,
  );

describe("a table of pgvector's type with an index of it", () => {
  it("is backed up, verified, proven, and restored to the same neighbours", async () => {
    const before = await nearest();
    const order = { id, service: "docs", names, release: null, description: "", createdAt: CREATED_AT };
    const { manifest } = await createBackup({ order, source: db.source, storage, sealer: null });
    expect(manifest.shape.extensions).toMatchObject([{ name: "vector", schema: "public" }]);
    expect(manifest.shape.tables.find(({ name }) => name === "Chunks a")?.indexes.map(({ name }) => name)).toContain(
      "near",
    );
    expect(await verifyBackup(common)).toMatchObject({ damages: [], rows: 65 });
    expect(await proveRestore({ ...common, names, source: db.source })).toMatchObject({
      proven: true,
      differences: [],
    });
    await db.runner.query(`DELETE FROM "Odd ""Schema"."Chunks" WHERE tokens < 20`);
    expect(await nearest()).not.toEqual(before);
    await restoreBackup({ ...common, source: db.source, only: null });
    expect(await nearest()).toEqual(before);
  });
});
