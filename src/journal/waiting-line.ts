import PQueue from "p-queue";
import { JournalError } from "#src/journal/journal-error";

/** As long as Postgres lets anybody wait for a lock (see `createPool`). */
const PATIENCE_MS = 10_000;

/**
 * Whoever decides about a service waits for its row lock. Those of one process wait here, one behind the other, and not in
 * Postgres: two hundred presses a second then hold one connection instead of all of them, and wake one waiting backend
 * instead of ten. Other processes are waited for at the lock, as ever.
 *
 * `now`: milliseconds of a clock that never goes back. Throws `JournalError` "busy", which may be tried again, for somebody
 * whose turn came after ten seconds: the database hangs, and what was typed that long ago should not be done unasked.
 */
export function createWaitingLines(now: () => number): <T>(service: string, task: () => Promise<T>) => Promise<T> {
  const lines = new Map<string, PQueue>();
  return async (service, task) => {
    const line = lines.get(service) ?? new PQueue({ concurrency: 1 });
    lines.set(service, line);
    const since = now();
    try {
      return await line.add(() => {
        if (now() - since <= PATIENCE_MS) return task();
        const said = "Decisions about this service take too long. Nothing was decided or changed. Try again.";
        throw new JournalError("busy", true, said);
      });
    } finally {
      if (line.size + line.pending === 0) lines.delete(service);
    }
  };
}
