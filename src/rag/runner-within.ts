import { randomBytes } from "node:crypto";
import type { SqlRunner } from "#src/rag/sql-runner";
import type { StoreQuery } from "#src/rag/store";

/**
 * A connection that lives inside a transaction somebody else opened and will end: each statement and each transaction of it
 * is a savepoint, so that one that fails takes nothing else with it. A `read` transaction leaves no setting behind. Statements
 * take turns, since they share one connection; a signal is honoured between them, the transaction's own ends a running one.
 */
export function runnerWithin(outer: StoreQuery): SqlRunner {
  const me = randomBytes(4).toString("hex");
  let count = 0;
  let last: Promise<unknown> = Promise.resolve();

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = last.then(work, work);
    last = mine.catch(() => undefined);
    return mine;
  }

  async function inSavepoint<T>(keep: boolean, work: () => Promise<T>): Promise<T> {
    // Names of their own: another such connection may live inside this one's transaction. Whoever rolls back clears them away.
    const savepoint = `golive_${me}_${count++}`;
    await outer(`SAVEPOINT ${savepoint}`);
    try {
      const result = await work();
      if (!keep) await outer(`ROLLBACK TO SAVEPOINT ${savepoint}`);
      return result;
    } catch (error) {
      // A connection that is gone can't be rolled back, and what happened first is what counts.
      await outer(`ROLLBACK TO SAVEPOINT ${savepoint}`).catch(() => undefined);
      throw error;
    }
  }

  return {
    query: <R extends Record<string, unknown>>(sql: string, values?: readonly unknown[], signal?: AbortSignal) =>
      inTurn(async () => {
        signal?.throwIfAborted();
        return inSavepoint(true, () => outer<R>(sql, values));
      }),
    transaction: (mode, work, signal) =>
      inTurn(async () => {
        signal?.throwIfAborted();
        return inSavepoint(mode === "write", () => work(outer));
      }),
    close: async () => undefined,
  };
}
