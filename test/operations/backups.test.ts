import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Pool } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createFullBackupRecords } from "#src/backup/full-backup-records";
import { createFullBackups, type FullBackups } from "#src/backup/full-backups";
import { MANIFEST } from "#src/backup/manifest";
import type { BackupStorage } from "#src/backup/storage/storage";
import { StorageError } from "#src/backup/storage/storage-error";
import { createPool } from "#src/journal/pool";
import { createBackupRunner } from "#src/operations/backups/work/backup-runner";
import { createDrillRunner } from "#src/operations/backups/work/drill-runner";
import type { OperationOrder } from "#src/operations/operation";
import { storeNames } from "#src/rag/store-names";
import { type BackupHouse, openBackupHouse } from "#test/backup/backup-house";
import { createTestDatabase, type TestDatabase } from "#test/support/postgres";
import { serviceFixture } from "#test/support/rag-fixture";

let house: BackupHouse;
let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  [house, database] = await Promise.all([openBackupHouse(), createTestDatabase()]);
  pool = createPool({ url: database.appUrl, name: "backups", max: 2 });
});
afterAll(async () => {
  await pool.end();
  await Promise.all([house.stop(), database.drop()]);
});

function backupsOver(storage: BackupStorage = house.storage): FullBackups {
  const { source } = house;
  return createFullBackups({
    records: createFullBackupRecords(pool),
    storage,
    sealer: async () => null,
    service: () => ({ names: storeNames(serviceFixture().rag_store), source, owner: source }),
    keep: { newest: 7, days: 30 },
    now: Date.now,
    random: randomBytes,
    onFault: () => undefined,
  });
}

const signal = new AbortController().signal;
const order = (number: number): OperationOrder => ({
  operation: `op_${number}`,
  number,
  kind: "backup",
  service: "docs",
  channel: "C1",
  due: 0,
});

test("without a backup a drill can't say anything, and with a sound one it passes", async () => {
  const backups = backupsOver();
  expect(await createDrillRunner(backups)(order(1), signal)).toMatchObject({ verdict: "inconclusive" });
  const taken = await createBackupRunner(backups)(order(1), signal);
  expect(taken).toMatchObject({ verdict: "pass", result: { tables: 5, damages: [] } });
  const drilled = await createDrillRunner(backups)(order(1), signal);
  expect(drilled).toMatchObject({ verdict: "pass", result: { backup: taken.result.backup, differences: [] } });
  expect(drilled.summary).toMatch(/5 tables, .* no difference/);
});

test("taken up again after a crash, a run verifies the backup that it had taken and takes no second one", async () => {
  const backups = backupsOver();
  const first = await createBackupRunner(backups)(order(2), signal);
  const again = await createBackupRunner(backups)(order(2), signal);
  expect(again).toEqual(first);
  const other = await createBackupRunner(backups)(order(3), signal);
  expect(other.result.backup).not.toBe(first.result.backup);
  expect((await backups.known("docs")).filter(({ description }) => description.endsWith("op_2"))).toHaveLength(1);
});

test("a backup with a file missing fails when it is verified again, and fails its drill", async () => {
  const backups = backupsOver();
  const { result } = await createBackupRunner(backups)(order(4), signal);
  const [file] = (await house.storage.list(`docs/${result.backup}/`)).filter(({ key }) => !key.endsWith(MANIFEST));
  await rm(join(house.folder, file?.key ?? "no file"));
  const drilled = await createDrillRunner(backups)(order(4), signal);
  expect(drilled.verdict).toBe("fail");
  const again = await createBackupRunner(backups)(order(4), signal);
  expect(again).toMatchObject({ verdict: "fail", result: { backup: result.backup } });
  expect(again.summary).toMatch(/is damaged: .*Take another/);
});

test("a storage that is away is a fault that another try may mend; one that is stopped is no finding", async () => {
  const gone = async (): Promise<never> => {
    throw new StorageError("unreachable", "The storage is away.");
  };
  const away: BackupStorage = { where: "away", put: gone, read: gone, list: gone, remove: gone, sweep: gone };
  await expect(createBackupRunner(backupsOver(away))(order(5), signal)).rejects.toThrow("The storage is away.");
  const stopped = AbortSignal.abort(new Error("the bot stops"));
  await expect(createBackupRunner(backupsOver())(order(6), stopped)).rejects.toThrow("the bot stops");
});
