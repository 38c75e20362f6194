import { statfsSync } from "node:fs";
import { tmpdir } from "node:os";

const MEMORY = "/dev/shm";
/** What the databases of all workers of a run take at most, with room to spare. */
const ROOM = 2 * 1024 ** 3;

/**
 * Where servers of tests keep their data: in memory where the machine has a folder in it with room (a database is copied for nearly every test,
 * and a slow disk makes half a second of each), else where temporary things go.
 */
export function scratchFolder(): string {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize >= ROOM ? MEMORY : tmpdir();
  } catch {
    return tmpdir();
  }
}

/** All folders that `scratchFolder` may have said in a run before this one. */
export const SCRATCH_FOLDERS: readonly string[] = [...new Set([MEMORY, tmpdir()])];
