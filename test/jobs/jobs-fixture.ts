import { Client, type Pool } from "pg";
import { createJobs, type Jobs } from "#src/jobs/create-jobs";
import { createJournal } from "#src/journal/create-journal";
import type { Journal } from "#src/journal/journal";
import { createPool } from "#src/journal/pool";
import { createTestDatabase, type TestDatabase } from "#test/support/postgres";

export type JobsBench = {
  readonly database: TestDatabase;
  readonly jobs: Jobs;
  readonly pool: Pool;
  readonly journal: Journal;
  readonly errors: Error[];
  query(sql: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
};

/** Looks until `find` answers something, for at most `patienceMs`. */
export async function until<T>(
  what: string,
  find: () => Promise<T | null> | T | null,
  patienceMs = 20_000,
): Promise<T> {
  const deadline = Date.now() + patienceMs;
  while (Date.now() < deadline) {
    const found = await find();
    if (found !== null) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`${what}: not within ${patienceMs} ms`);
}

export async function openJobsBench(): Promise<JobsBench> {
  const database = await createTestDatabase();
  const errors: Error[] = [];
  const jobs = createJobs({ url: database.appUrl, onError: (error) => errors.push(error) });
  await jobs.start();
  const pool: Pool = createPool({ url: database.appUrl, name: "test" });
  const owner = new Client({ connectionString: database.ownerUrl });
  owner.on("error", () => undefined);
  await owner.connect();
  return {
    database,
    jobs,
    pool,
    journal: createJournal({ pool, jobs }),
    errors,
    query: async (sql, values = []) => (await owner.query(sql, values)).rows,
    async close() {
      await jobs.stop(1_000);
      await pool.end();
      await owner.end();
      await database.drop();
    },
  };
}
