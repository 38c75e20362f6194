import { randomBytes } from "node:crypto";
import { backupId } from "#src/backup/backup-id";
import { postgresCopySource } from "#src/backup/copy/postgres-session";
import { createBackup } from "#src/backup/create-backup";
import { restoreBackup } from "#src/backup/restore-backup";
import { directoryStorage } from "#src/backup/storage/directory";
import { verifyBackup } from "#src/backup/verify-backup";
import { storeNames } from "#src/rag/store-names";
import { serviceFixture } from "#test/support/rag-fixture";

const variable = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
};

async function seconds<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly seconds: number }> {
  const start = performance.now();
  const result = await work();
  return { result, seconds: (performance.now() - start) / 1_000 };
}

const storage = directoryStorage(variable("BENCH_FOLDER"));
const id = backupId(Date.now(), randomBytes);
const common = { storage, sealer: null };
const created = await seconds(() =>
  createBackup({
    ...common,
    source: postgresCopySource(variable("BENCH_SOURCE")),
    order: {
      id,
      service: "docs",
      names: storeNames(serviceFixture().rag_store),
      release: null,
      description: "bench",
      createdAt: Date.now(),
    },
  }),
);
const verified = await seconds(() => verifyBackup({ ...common, id, service: "docs", expected: created.result.sha256 }));
if (verified.result.damages.length > 0) throw new Error("the bench's backup does not verify");
const restored = await seconds(() =>
  restoreBackup({
    ...common,
    id,
    service: "docs",
    expected: null,
    only: null,
    source: postgresCopySource(variable("BENCH_TARGET")),
  }),
);
process.send?.({
  createSeconds: created.seconds,
  verifySeconds: verified.seconds,
  restoreSeconds: restored.seconds,
  bytes: created.result.bytes,
  // Kilobytes, as Linux counts them.
  peakMegabytes: (process.resourceUsage().maxRSS * 1_024) / 1e6,
});
