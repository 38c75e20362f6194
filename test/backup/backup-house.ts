import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { backupId } from "#src/backup/backup-id";
import { postgresCopySource } from "#src/backup/copy/postgres-session";
import type { Sealer } from "#src/backup/copy/seal";
import type { CopySource } from "#src/backup/copy/session";
import { createBackup } from "#src/backup/create-backup";
import { type ProveOptions, proveRestore } from "#src/backup/prove-restore";
import { previewRestore, type RestoreOptions, restoreBackup } from "#src/backup/restore-backup";
import { type Accept, restoreRun } from "#src/backup/restore-run";
import { directoryStorage } from "#src/backup/storage/directory";
import type { BackupStorage } from "#src/backup/storage/storage";
import { type VerifyOptions, verifyBackup } from "#src/backup/verify-backup";
import type { ServiceConfig } from "#src/config/service-config";
import { createPostgresRunner } from "#src/rag/postgres-runner";
import type { SqlRunner } from "#src/rag/sql-runner";
import { storeNames } from "#src/rag/store-names";
import { prepareRagStore, ragStoreOver } from "#src/rag/store-postgres";
import { fillStore } from "#test/support/gate-fixture";
import { createEmptyDatabase, type TestDatabase } from "#test/support/postgres";
import { createFixtureTables, serviceFixture } from "#test/support/rag-fixture";

export const CREATED_AT = Date.UTC(2026, 10, 23, 7, 50, 1);

/** A store with rows in it, a folder for backups, and the ways to them. */
export type BackupHouse = {
  readonly database: TestDatabase;
  readonly runner: SqlRunner;
  readonly folder: string;
  readonly storage: BackupStorage;
  readonly source: CopySource;
  create(changes?: Partial<CreateChanges>): ReturnType<typeof createBackup>;
  verify(id: string, changes?: Partial<VerifyOptions>): ReturnType<typeof verifyBackup>;
  prove(id: string, changes?: Partial<ProveOptions>): ReturnType<typeof proveRestore>;
  preview(id: string): ReturnType<typeof previewRestore>;
  restore(id: string, changes?: Partial<RestoreOptions>): ReturnType<typeof restoreBackup>;
  restoreRun(id: string, run: string, accept?: Accept): ReturnType<typeof restoreRun>;
  stop(): Promise<void>;
};

export type CreateChanges = {
  readonly storage: BackupStorage;
  readonly source: CopySource;
  readonly sealer: Sealer | null;
  readonly signal: AbortSignal;
  readonly createdAt: number;
};

/** The hostile names of the fixture, two runs of 40 chunks, run `a` live. */
async function fillFixture(runner: SqlRunner, service: ServiceConfig): Promise<void> {
  await createFixtureTables(runner);
  await fillStore(runner, ragStoreOver(runner, service));
}

/** A store of its own; the fixture's unless told. `parallel` readers. */
export async function openBackupHouse(
  options: { readonly parallel?: number; readonly service?: ServiceConfig; readonly fill?: typeof fillFixture } = {},
): Promise<BackupHouse> {
  const { parallel = 2, service = serviceFixture(), fill = fillFixture } = options;
  const database = await createEmptyDatabase();
  const runner = createPostgresRunner(database.ownerUrl);
  await fill(runner, service);
  await prepareRagStore({ connectionString: database.ownerUrl });
  const names = storeNames(service.rag_store);
  const folder = await mkdtemp(join(tmpdir(), "golive-backups-"));
  const storage = directoryStorage(folder);
  const source = postgresCopySource(database.ownerUrl, parallel);
  return {
    database,
    runner,
    folder,
    storage,
    source,
    create: ({ createdAt = CREATED_AT, ...changes } = {}) =>
      createBackup({
        order: {
          id: backupId(createdAt, randomBytes),
          service: "docs",
          names,
          release: null,
          description: "before the test",
          createdAt,
        },
        source,
        storage,
        sealer: null,
        ...changes,
      }),
    prove: (id, changes = {}) =>
      proveRestore({ id, service: "docs", names, source, storage, sealer: null, expected: null, ...changes }),
    restore: (id, changes = {}) =>
      restoreBackup({ id, service: "docs", source, storage, sealer: null, expected: null, only: null, ...changes }),
    restoreRun: (id, run, accept = async () => null) =>
      restoreRun({ id, service: "docs", names, source, storage, sealer: null, expected: null, run, accept }),
    preview: (id) => previewRestore({ id, service: "docs", source, storage, sealer: null, expected: null, only: null }),
    verify: (id, changes = {}) =>
      verifyBackup({ id, service: "docs", storage, sealer: null, expected: null, ...changes }),
    stop: async () => {
      await runner.close();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
