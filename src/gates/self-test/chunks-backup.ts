import { BackupError } from "#src/backup/backup-error";
import { createChunksBackupGate } from "#src/gates/chunks-backup";
import type { SelfTest } from "#src/gates/self-test/self-test";
import { verifySmallBackup } from "#src/gates/self-test/small-backup";

const stored = (change: Parameters<typeof verifySmallBackup>[0]) => () =>
  createChunksBackupGate({ backups: { create: () => verifySmallBackup(change) } });

/** The object under a key, changed. */
const edit = (objects: Map<string, Buffer>, key: string, how: (bytes: Buffer) => Buffer): void => {
  objects.set(key, how(Buffer.from(objects.get(key) ?? "")));
};

export const chunksBackupSelfTest: SelfTest = {
  bad: [
    {
      what: "a stored file in which one bit flipped",
      gate: stored((objects, data) =>
        edit(objects, data, (bytes) => {
          bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
          return bytes;
        }),
      ),
      finds: "data/0001.copy.zst:changed",
    },
    {
      what: "a stored file that was cut off",
      gate: stored((objects, data) => edit(objects, data, (bytes) => bytes.subarray(0, -3))),
      finds: "data/0001.copy.zst:truncated",
    },
    {
      what: "a stored file that is gone",
      gate: stored((objects, data) => void objects.delete(data)),
      finds: "data/0001.copy.zst:missing",
    },
    {
      what: "a manifest that was edited",
      gate: stored((objects, _data, manifest) =>
        edit(objects, manifest, (bytes) => Buffer.from(bytes.toString().replace('"rows":40', '"rows":41'))),
      ),
      finds: "manifest:damaged",
    },
    {
      what: "a table that could not be backed up",
      gate: () =>
        createChunksBackupGate({
          backups: { create: () => Promise.reject(new BackupError("chunks:missing", "The table chunks is gone.")) },
        }),
      finds: "chunks:missing",
    },
  ],
  good: { what: "a backup as it was written", gate: stored(() => undefined) },
};
