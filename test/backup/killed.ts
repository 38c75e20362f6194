import { postgresCopySource } from "#src/backup/copy/postgres-session";
import type { CopySource } from "#src/backup/copy/session";
import { createBackup } from "#src/backup/create-backup";
import { proveRestore } from "#src/backup/prove-restore";
import { restoreBackup } from "#src/backup/restore-backup";
import { directoryStorage } from "#src/backup/storage/directory";
import { storeNames } from "#src/rag/store-names";
import { serviceFixture } from "#test/support/rag-fixture";

/** Does what its first argument says, tells its parent when it is in the middle of it, and stays there until it is killed. */
const [what, url = "", folder = "", id = ""] = process.argv.slice(2);
const inTheMiddle = async (): Promise<never> => {
  process.send?.("in the middle");
  return new Promise(() => undefined);
};
const real = postgresCopySource(url, 1);
const source: CopySource = {
  ...real,
  open: async (signal) => {
    const session = await real.open(signal);
    return {
      ...session,
      copyIn: async (sql, bytes) => {
        async function* halfway() {
          let seen = 0;
          for await (const piece of bytes) {
            yield piece;
            seen += piece.length;
            if (seen > 100_000) await inTheMiddle();
          }
        }
        return session.copyIn(sql, halfway());
      },
    };
  },
};
const common = { service: "docs", source, storage: directoryStorage(folder), sealer: null, expected: null };
const names = storeNames(serviceFixture().rag_store);
setInterval(() => undefined, 1_000);
if (what === "restore") await restoreBackup({ ...common, id, only: null });
else if (what === "prove") await proveRestore({ ...common, id, names });
else {
  const storage = { ...common.storage };
  let files = 0;
  await createBackup({
    order: { id: "bk_20200101T000000_aaaaaa", service: "docs", names, release: null, description: "", createdAt: 0 },
    source: real,
    sealer: null,
    storage: {
      ...storage,
      put: async (key, body, signal) => {
        files += 1;
        if (files === 3) await inTheMiddle();
        return storage.put(key, body, signal);
      },
    },
  });
}
