import { PassThrough, Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { PGlite } from "@electric-sql/pglite";
import { vector } from "@electric-sql/pglite-pgvector";
import type { CopySession, CopySource } from "#src/backup/copy/session";
import type { SqlRunner } from "#src/rag/sql-runner";
import { toRagStoreError } from "#src/rag/store-error";

/** Postgres with pgvector in this process, as a source of backups: one session, and COPY through its own file. */
export async function openPglite(): Promise<{
  readonly source: CopySource;
  readonly runner: Pick<SqlRunner, "query">;
  close(): Promise<void>;
}> {
  const db = await PGlite.create({ extensions: { vector } });
  await db.exec("CREATE EXTENSION vector");
  const query: CopySession["query"] = async <R extends Record<string, unknown>>(
    sql: string,
    values: readonly unknown[] = [],
  ) => {
    try {
      return (await db.query<R>(sql, [...values])).rows;
    } catch (error) {
      throw toRagStoreError(error, [], false);
    }
  };
  const session: CopySession = {
    query,
    copyOut: (sql) => {
      const out = new PassThrough();
      void (async () => {
        const { blob } = await db.query(sql.replace("TO STDOUT", "TO '/dev/blob'"));
        Readable.from([Buffer.from((await blob?.arrayBuffer()) ?? new ArrayBuffer(0))]).pipe(out);
      })().catch((error: unknown) => out.destroy(toRagStoreError(error, [], false)));
      return out;
    },
    copyIn: async (sql, bytes) => {
      try {
        const blob = new Blob([new Uint8Array(await buffer(Readable.from(bytes)))]);
        const { affectedRows } = await db.query(sql.replace("FROM STDIN", "FROM '/dev/blob'"), [], { blob });
        return affectedRows ?? 0;
      } catch (error) {
        throw toRagStoreError(error, [], false);
      }
    },
    close: async () => {
      // The one session is everybody's: what is open on it must end.
      await db.exec("ROLLBACK");
    },
  };
  return { source: { parallel: 1, open: async () => session }, runner: { query }, close: () => db.close() };
}
