import { randomBytes } from "node:crypto";
import { inject } from "vitest";
import { type DatabaseUrls, dropDatabase, ensureDatabase } from "#sandbox/postgres/databases";
import { TEMPLATE } from "#test/support/global-postgres";

/** A database of this test alone. `drop` disconnects whoever is still there. */
export type TestDatabase = DatabaseUrls & { readonly name: string; drop(): Promise<void> };

async function create(template?: string): Promise<TestDatabase> {
  const adminUrl = inject("postgresUrl");
  const name = `test_${randomBytes(6).toString("hex")}`;
  const urls = await ensureDatabase(adminUrl, name, template);
  return { ...urls, name, drop: () => dropDatabase(adminUrl, name) };
}

/** A migrated golive database: journal, jobs, roles. Takes about 20 ms in memory. */
export const createTestDatabase = (): Promise<TestDatabase> => create(TEMPLATE);

/** An empty database owned by `golive_owner`, for migrations and for RAG stores. */
export const createEmptyDatabase = (): Promise<TestDatabase> => create();

/** A copy of a test database as it stands now; nobody may be connected to it. Takes about 20 ms in memory. */
export const copyDatabase = (of: TestDatabase): Promise<TestDatabase> => create(of.name);
