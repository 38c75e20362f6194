import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { inject } from "vitest";
import { asAdmin, type DatabaseUrls, dropDatabase, ensureDatabase } from "#sandbox/postgres/databases";
import { TEMPLATE } from "#test/support/global-postgres";

/** A database of this test alone. `drop` disconnects whoever is still there. */
export type TestDatabase = DatabaseUrls & { readonly name: string; drop(): Promise<void> };

const LEAVING_MS = 1_000;

/**
 * Waits for connections that are being closed: a pool says that it has ended before its server has heard of it, and whoever is thrown out then
 * fails a test that is over. Who stays longer than that is to be thrown out.
 */
async function leave(adminUrl: string, name: string): Promise<void> {
  await asAdmin(adminUrl, async (client) => {
    for (const deadline = performance.now() + LEAVING_MS; performance.now() < deadline; await sleep(5)) {
      const { rowCount } = await client.query(
        "SELECT FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend' LIMIT 1",
        [name],
      );
      if (rowCount === 0) return;
    }
  });
}

async function create(template?: string): Promise<TestDatabase> {
  const adminUrl = inject("postgresUrl");
  const name = `test_${randomBytes(6).toString("hex")}`;
  const urls = await ensureDatabase(adminUrl, name, template);
  const drop = async () => {
    await leave(adminUrl, name);
    await dropDatabase(adminUrl, name);
  };
  return { ...urls, name, drop };
}

/** A migrated golive database: journal, jobs, roles. Takes about 20 ms in memory. */
export const createTestDatabase = (): Promise<TestDatabase> => create(TEMPLATE);

/** An empty database owned by `golive_owner`, for migrations and for RAG stores. */
export const createEmptyDatabase = (): Promise<TestDatabase> => create();

/** A copy of a test database as it stands now; nobody may be connected to it. Takes about 20 ms in memory. */
export const copyDatabase = (of: TestDatabase): Promise<TestDatabase> => create(of.name);
