import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { migrate, missingMigrations } from "#src/journal/migrate";
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from "#test/support/postgres";

const ORIGINAL = new URL("../../migrations", import.meta.url).pathname;

describe("migrate", () => {
  let database: TestDatabase;
  let folder: string;

  beforeEach(async () => {
    database = await createEmptyDatabase();
    folder = await mkdtemp(join(tmpdir(), "golive-migrations-"));
    await cp(ORIGINAL, folder, { recursive: true });
  });
  afterEach(async () => {
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  const asOwner = async <T>(work: (client: Client) => Promise<T>): Promise<T> => {
    const client = new Client({ connectionString: database.ownerUrl });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  };

  test("an empty database gets every migration once, and a second run finds nothing to do", async () => {
    expect(await asOwner((client) => missingMigrations(client))).toContain("0001_journal.sql");
    const first = await migrate(database.ownerUrl);
    expect(first.applied[0]).toBe("0001_journal.sql");
    expect(await asOwner((client) => missingMigrations(client))).toEqual([]);
    expect(await migrate(database.ownerUrl)).toEqual({ applied: [] });
  });

  test("two processes that migrate at once apply each migration exactly once", async () => {
    const both = await Promise.all([
      migrate(database.ownerUrl),
      migrate(database.ownerUrl),
      migrate(database.ownerUrl),
    ]);
    const applied = both.flatMap((one) => one.applied);
    expect(new Set(applied).size).toBe(applied.length);
    expect(applied).toHaveLength((await asOwner((c) => c.query("SELECT 1 FROM golive.migration"))).rowCount ?? -1);
  });

  test("a database of a newer version is refused and left as it is", async () => {
    await writeFile(join(folder, "9999_from_the_future.sql"), "CREATE TABLE golive.future (id int)");
    await migrate(database.ownerUrl, folder);
    await expect(migrate(database.ownerUrl)).rejects.toMatchObject({
      code: "schema-mismatch",
      message: expect.stringContaining("9999_from_the_future.sql"),
    });
  });

  test("an applied migration that was edited is refused by name", async () => {
    await migrate(database.ownerUrl, folder);
    await writeFile(join(folder, "0001_journal.sql"), "SELECT 1");
    await expect(migrate(database.ownerUrl, folder)).rejects.toMatchObject({
      code: "schema-mismatch",
      message: expect.stringContaining("0001_journal.sql was edited"),
    });
  });

  test("a migration that fails half-way leaves nothing of itself behind", async () => {
    await writeFile(join(folder, "9998_broken.sql"), "CREATE TABLE golive.half (id int); SELECT 1/0;");
    await expect(migrate(database.ownerUrl, folder)).rejects.toThrow(/9998_broken.sql failed and was rolled back/);
    const { rows } = await asOwner((c) => c.query("SELECT to_regclass('golive.half') AS half"));
    expect(rows[0].half).toBeNull();
  });

  test("a superuser who migrates leaves everything to golive_owner", async () => {
    await migrate(database.adminUrl);
    const { rows } = await asOwner((c) =>
      c.query("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname IN ('golive', 'golive_jobs')"),
    );
    expect(rows).toEqual([{ tableowner: "golive_owner" }]);
  });

  test("a database that can't be reached is a retryable journal error without the password in it", async () => {
    const failure = migrate("postgres://golive_owner:s3cret@127.0.0.1:1/none");
    await expect(failure).rejects.toMatchObject({ name: "JournalError", code: "unreachable", retryable: true });
    await expect(failure).rejects.not.toThrow(/s3cret/);
  });
});

test("a test database is a migrated clone", async () => {
  const database = await createTestDatabase();
  const client = new Client({ connectionString: database.appUrl });
  await client.connect();
  expect(await missingMigrations(client)).toEqual([]);
  await client.end();
  await database.drop();
});
