import { Pool } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createFullBackupRecords, type FullBackupRecords } from "#src/backup/full-backup-records";
import { createFullBackups, type FullBackups } from "#src/backup/full-backups";
import type { BackupStorage } from "#src/backup/storage/storage";
import { StorageError } from "#src/backup/storage/storage-error";
import { createTestDatabase, type TestDatabase } from "#test/support/postgres";

let database: TestDatabase;
let pool: Pool;
let records: FullBackupRecords;
let backups: FullBackups;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = new Pool({ connectionString: database.appUrl });
  records = createFullBackupRecords(pool);
  backups = createFullBackups({
    records,
    storage: away,
    sealer: async () => null,
    service: () => {
      throw new Error("no store is asked");
    },
    keep: { newest: 1, days: 1 },
    now: () => 0,
    random: (bytes) => new Uint8Array(bytes),
    onFault: () => undefined,
  });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const gone = async (): Promise<never> => {
  throw new StorageError("unreachable", "The storage is away.");
};
const away: BackupStorage = { where: "away", put: gone, read: gone, list: gone, remove: gone, sweep: gone };

const idOf = (day: number): string => `bk_2026110${day}T075001_aaaaaa`;
async function taken(service: string, day: number, run: string): Promise<string> {
  const id = idOf(day);
  const createdAt = Date.UTC(2026, 10, day);
  await records.begin({ id, service, release: null, description: "", location: "away", createdAt });
  const facts = { run, config: "v1", manifestSha256: "a".repeat(64), tables: 5, rows: 1, bytes: 1 };
  await records.complete(id, facts);
  return id;
}
const proven = (id: string, trouble: string | null = null) => records.looked(id, { what: "proven", at: 1, trouble });
const stateOf = async (service: string, id: string) => (await backups.known(service)).find((each) => each.id === id);

it("the backups that Golive remembers can be told while the storage is away", async () => {
  const [first, second, other, unproven] = [
    await taken("docs", 1, "run-1"),
    await taken("docs", 2, "run-1"),
    await taken("docs", 3, "run-2"),
    await taken("docs", 4, "run-1"),
  ];
  for (const id of [first, second, other]) await proven(id);
  await expect(backups.list("docs")).rejects.toMatchObject({ code: "unreachable" });
  expect((await backups.known("docs")).map(({ id }) => id)).toEqual([unproven, other, second, first]);
  expect((await backups.holding("docs", "run-1"))?.id).toBe(second);
  expect(await backups.holding("docs", "run-3")).toBeNull();
  expect(await backups.holding("elsewhere", "run-1")).toBeNull();
});

it("a proof that failed is undone by a good proof, and by no look that sees less", async () => {
  const id = await taken("other", 5, "run-1");
  await proven(id);
  await proven(id, "one row came back changed");
  expect(await stateOf("other", id)).toMatchObject({ state: "damaged", provenAt: null });
  await records.looked(id, { what: "verified", at: 2, trouble: null });
  await records.looked(id, { what: "restored", at: 3, trouble: null });
  expect(await stateOf("other", id)).toMatchObject({ state: "damaged", trouble: "one row came back changed" });
  await proven(id);
  expect(await stateOf("other", id)).toMatchObject({ state: "proven", trouble: null, provenAt: 1 });
  await records.looked(id, { what: "verified", at: 4, trouble: "a file is gone" });
  await records.looked(id, { what: "verified", at: 5, trouble: null });
  expect(await stateOf("other", id)).toMatchObject({ state: "damaged", trouble: "a file is gone" });
});
