import { randomBytes } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, open, readdir, rename, rm, rmdir, stat } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import type { BackupStorage, StoredObject } from "#src/backup/storage/storage";
import { StorageError, type StorageErrorCode } from "#src/backup/storage/storage-error";

const CODES: Readonly<Record<string, StorageErrorCode>> = {
  ENOENT: "missing",
  ENOSPC: "full",
  EDQUOT: "full",
  EACCES: "denied",
  EPERM: "denied",
  EROFS: "denied",
};
const SAYS: Readonly<Record<StorageErrorCode, string>> = {
  missing: "is not there",
  full: "could not be written: no space is left",
  denied: "could not be reached: no permission",
  unreachable: "could not be reached",
  failed: "could not be read or written",
};

const UNFINISHED = ".unfinished-";

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";

/**
 * Backups in a folder. An object is written beside its place, synced to the disk and renamed, so that it is there whole or not
 * at all, also after a power cut. Several copies of Golive must see the same folder.
 */
export function directoryStorage(root: string): BackupStorage {
  const pathOf = (key: string): string => join(root, ...key.split("/"));
  const failed = (key: string, error: unknown): unknown => {
    // What the writer of the bytes threw is its own, and a given up signal its caller's.
    const system = codeOf(error);
    if (!/^E[A-Z0-9]+$/.test(system)) return error;
    const code = CODES[system] ?? "failed";
    return new StorageError(code, `${key} ${SAYS[code]} in ${root} (${system})`, { cause: error });
  };
  // A folder that changes under the walk is none that is missing: what it holds could not be told.
  const unlisted = (prefix: string, error: unknown): unknown =>
    codeOf(error) === "ENOENT"
      ? new StorageError("unreachable", `${prefix} changed while it was listed in ${root}`, { cause: error })
      : failed(prefix, error);
  return {
    where: root,
    put: async (key, body, signal) => {
      const path = pathOf(key);
      const beside = `${path}${UNFINISHED}${randomBytes(6).toString("hex")}`;
      try {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        // `flush`: what is renamed below is on the disk.
        const file = createWriteStream(beside, { flags: "wx", mode: 0o600, flush: true, highWaterMark: 1 << 18 });
        await pipeline(body, file, { signal });
        await rename(beside, path);
        await syncFolder(dirname(path));
      } catch (error) {
        body.destroy();
        await rm(beside, { force: true }).catch(() => undefined);
        await removeEmpty(root, dirname(path));
        throw failed(key, error);
      }
    },
    read: async (key, signal) => {
      try {
        await stat(pathOf(key));
        const stream = createReadStream(pathOf(key), { highWaterMark: 1 << 16, ...(signal && { signal }) });
        return stream;
      } catch (error) {
        throw failed(key, error);
      }
    },
    list: async (prefix) => {
      const found: StoredObject[] = [];
      try {
        for (const path of await filesUnder(pathOf(prefix))) {
          if (path.includes(UNFINISHED)) continue;
          // Somebody else may take one away meanwhile: then it is no longer there to be listed.
          const there = await stat(path).catch(unlessGone);
          if (there !== null) found.push({ key: relative(root, path).split(sep).join("/"), bytes: there.size });
        }
      } catch (error) {
        throw unlisted(prefix, error);
      }
      return found.sort((a, b) => (a.key < b.key ? -1 : 1));
    },
    remove: async (keys) => {
      for (const key of keys) {
        try {
          await rm(pathOf(key), { force: true });
        } catch (error) {
          throw failed(key, error);
        }
        await removeEmpty(root, dirname(pathOf(key)));
      }
    },
    sweep: async (prefix, before) => {
      try {
        for (const path of await filesUnder(pathOf(prefix))) {
          if (!path.includes(UNFINISHED)) continue;
          const written = await stat(path).catch(() => null);
          if (written !== null && written.mtimeMs < before) await rm(path, { force: true });
        }
      } catch (error) {
        throw unlisted(prefix, error);
      }
    },
  };
}

/** Takes away a folder and those above it, below `root`, as long as nothing is in them. */
async function removeEmpty(root: string, from: string): Promise<void> {
  for (let folder = from; folder.startsWith(root + sep); folder = dirname(folder)) {
    const gone = await rmdir(folder).then(
      () => true,
      () => false,
    );
    if (!gone) return;
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

const unlessGone = (error: unknown): null => {
  if (codeOf(error) === "ENOENT") return null;
  throw error;
};

/** None where the folder is not there. Throws as it came when it, or one below it, can't be read. */
async function filesUnder(path: string): Promise<readonly string[]> {
  if ((await stat(path).catch(unlessGone)) === null) return [];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
