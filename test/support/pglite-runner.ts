import { PGlite } from "@electric-sql/pglite";
import { btree_gin } from "@electric-sql/pglite/contrib/btree_gin";
import { pg_trgm } from "@electric-sql/pglite/contrib/pg_trgm";
import { vector } from "@electric-sql/pglite-pgvector";
import { BEGIN, type SqlRunner } from "#src/rag/sql-runner";
import { toRagStoreError } from "#src/rag/store-error";

/**
 * Postgres with pgvector in this process, for the SQL that needs extensions (pg_trgm and btree_gin wait for their CREATE
 * EXTENSION). One session; it can't cancel.
 */
export async function createPgliteRunner(): Promise<SqlRunner> {
  const db = await PGlite.create({ extensions: { vector, pg_trgm, btree_gin } });
  await db.exec("CREATE EXTENSION vector");
  const run = async <R extends Record<string, unknown>>(sql: string, values: readonly unknown[] = []): Promise<R[]> => {
    try {
      return (await db.query<R>(sql, [...values])).rows;
    } catch (error) {
      throw toRagStoreError(error, [], false);
    }
  };
  return {
    query: run,
    transaction: async (mode, work) => {
      await run(BEGIN[mode]);
      try {
        const result = await work(run);
        await run("COMMIT");
        return result;
      } catch (error) {
        await run("ROLLBACK");
        throw error;
      }
    },
    close: () => db.close(),
  };
}
