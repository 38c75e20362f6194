import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Client, type ClientBase } from "pg";
import { installJobs } from "#src/jobs/install-jobs";
import { toJournalError } from "#src/journal/database-errors";
import { JournalError } from "#src/journal/journal-error";
import { becomeOwner, ensureAppRole } from "#src/journal/roles";

const FOLDER = fileURLToPath(new URL("../../migrations/", import.meta.url));
const LOCK = 5_140_272_919;

type Migration = { readonly name: string; readonly sql: string; readonly checksum: string };

async function readMigrations(folder: string): Promise<readonly Migration[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}_[a-z0-9_]+\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(`${folder}/${name}`, "utf8");
      // Line endings don't count: a checkout on Windows has the same migrations.
      const checksum = createHash("sha256").update(sql.replaceAll("\r\n", "\n")).digest("hex");
      return { name, sql, checksum };
    }),
  );
}

const mismatch = (message: string) => new JournalError("schema-mismatch", false, message);

/** What is still to be applied. Throws when the database and this program don't belong to one history. */
function pending(files: readonly Migration[], applied: ReadonlyMap<string, string>): readonly Migration[] {
  const known = new Map(files.map((file) => [file.name, file]));
  const unknown = [...applied.keys()].filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw mismatch(
      `The database has migrations this version of golive doesn't know: ${unknown.join(", ")}. ` +
        "It was migrated by a newer version: run that one. Nothing was changed.",
    );
  }
  for (const [name, checksum] of applied) {
    if (known.get(name)?.checksum !== checksum) {
      throw mismatch(
        `Migration ${name} was edited after it was applied. Restore the file, and put the change into a new migration. ` +
          "Nothing was changed.",
      );
    }
  }
  const last = [...applied.keys()].sort().at(-1) ?? "";
  const waiting = files.filter((file) => !applied.has(file.name));
  const late = waiting.find((file) => file.name < last);
  if (late !== undefined) {
    throw mismatch(`Migration ${late.name} comes before ${last}, which is already applied. Give it a higher number.`);
  }
  return waiting;
}

async function readApplied(client: ClientBase): Promise<ReadonlyMap<string, string>> {
  const { rows } = await client.query<{ name: string; checksum: string }>(
    "SELECT name, checksum FROM golive.migration",
  );
  return new Map(rows.map((row) => [row.name, row.checksum]));
}

async function apply(client: ClientBase, migration: Migration): Promise<void> {
  await client.query("BEGIN");
  try {
    await client.query(migration.sql);
    await client.query("INSERT INTO golive.migration (name, checksum) VALUES ($1, $2)", [
      migration.name,
      migration.checksum,
    ]);
    await client.query("COMMIT");
  } catch (cause) {
    await client.query("ROLLBACK");
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new JournalError("failed", false, `Migration ${migration.name} failed and was rolled back: ${said}`, {
      cause,
    });
  }
}

async function migrateWith(client: ClientBase, folder: string): Promise<{ applied: string[] }> {
  const files = await readMigrations(folder);
  await ensureAppRole(client);
  await becomeOwner(client);
  // The session's, not a transaction's: it spans them all. The second of two processes waits here and finds nothing to do.
  await client.query("SELECT pg_advisory_lock($1)", [LOCK]);
  try {
    await client.query(`
      CREATE SCHEMA IF NOT EXISTS golive;
      CREATE TABLE IF NOT EXISTS golive.migration (
        name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now()
      )`);
    const waiting = pending(files, await readApplied(client));
    for (const migration of waiting) await apply(client, migration);
    await installJobs(client);
    return { applied: waiting.map((migration) => migration.name) };
  } finally {
    await client.query("SELECT pg_advisory_unlock($1)", [LOCK]);
  }
}

/**
 * Brings the database up to this program: golive's tables, pg-boss's, the queues, and what `golive_app` may do. Forward
 * only; safe when several processes do it at once. Connect as `golive_owner` (or as a superuser, who becomes it).
 * Throws `JournalError` `schema-mismatch` for a database of a newer version, changing nothing.
 */
export async function migrate(owner: ClientBase | string, folder = FOLDER): Promise<{ applied: string[] }> {
  if (typeof owner !== "string") return migrateWith(owner, folder);
  const client = new Client({ connectionString: owner, application_name: "golive-migrate" });
  client.on("error", () => undefined);
  try {
    await client.connect();
    return await migrateWith(client, folder);
  } catch (error) {
    throw toJournalError(error) ?? error;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Names of migrations this program has and the database doesn't, oldest first; all of them for an empty database. */
export async function missingMigrations(
  client: Pick<ClientBase, "query">,
  folder = FOLDER,
): Promise<readonly string[]> {
  const files = await readMigrations(folder);
  const { rows } = await client.query<{ there: string | null }>("SELECT to_regclass('golive.migration') AS there");
  if ((rows[0]?.there ?? null) === null) return files.map((file) => file.name);
  const applied = await client.query<{ name: string }>("SELECT name FROM golive.migration");
  const names = new Set(applied.rows.map((row) => row.name));
  return files.map((file) => file.name).filter((name) => !names.has(name));
}
