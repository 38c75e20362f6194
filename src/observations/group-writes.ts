import { toJournalError } from "#src/journal/database-errors";
import type { ObservationRow } from "#src/observations/prepare-rows";

/** Stores rows and resolves, when they are durable, with those that were new. */
export type StoreRows = (rows: readonly ObservationRow[]) => Promise<readonly ObservationRow[]>;

type Waiting = {
  readonly rows: readonly ObservationRow[];
  readonly resolve: (fresh: readonly ObservationRow[]) => void;
  readonly reject: (error: unknown) => void;
};

/** Rows in one statement, more only where one request alone brings more. */
const MOST_ROWS = 5_000;

/**
 * Lets requests share a transaction: while one is under way, whoever comes waits and is then stored with the others. One connection at a time,
 * so that clicks find theirs; a disk that takes 10 ms to be sure is asked once for all of them, and not once for each.
 */
export function groupWrites(store: StoreRows): StoreRows {
  const waiting: Waiting[] = [];
  let writing = false;

  async function writeOn(): Promise<void> {
    if (writing) return;
    writing = true;
    while (waiting.length > 0) await write(nextGroup());
    writing = false;
  }

  function nextGroup(): readonly Waiting[] {
    let [count, rows] = [0, 0];
    for (const each of waiting) {
      if (count > 0 && rows + each.rows.length > MOST_ROWS) break;
      rows += each.rows.length;
      count++;
    }
    return waiting.splice(0, count);
  }

  async function write(group: readonly Waiting[]): Promise<void> {
    try {
      const fresh = new Set(await store(group.flatMap(({ rows }) => rows)));
      for (const { rows, resolve } of group) resolve(rows.filter((row) => fresh.has(row)));
    } catch (error) {
      // Nothing of the group is stored. A database that is away is away for all; any other refusal is meant for one of them.
      if (group.length === 1 || toJournalError(error)?.retryable === true)
        for (const { reject } of group) reject(error);
      else for (const each of group) await write([each]);
    }
  }

  return (rows) =>
    new Promise((resolve, reject) => {
      waiting.push({ rows, resolve, reject });
      void writeOn();
    });
}
