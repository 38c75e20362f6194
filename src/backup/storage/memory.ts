import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { BackupStorage } from "#src/backup/storage/storage";
import { StorageError } from "#src/backup/storage/storage-error";

/** Backups in this process's memory: what proofs of the gates rest on, and nothing that is meant to last. */
export function memoryStorage(objects: Map<string, Buffer> = new Map()): BackupStorage {
  return {
    where: "memory",
    put: async (key, body) => {
      objects.set(key, await buffer(body));
    },
    read: async (key) => {
      const found = objects.get(key);
      if (found === undefined) throw new StorageError("missing", `${key} is not there in memory`);
      return Readable.from([found]);
    },
    list: async (prefix) =>
      [...objects].filter(([key]) => key.startsWith(prefix)).map(([key, { length }]) => ({ key, bytes: length })),
    remove: async (keys) => {
      for (const key of keys) objects.delete(key);
    },
    sweep: async () => undefined,
  };
}
