import { Client } from "pg";
import { toJournalError } from "#src/journal/database-errors";
import { JournalError } from "#src/journal/journal-error";
import { missingMigrations } from "#src/journal/migrate";

const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Runs `work` on one connection to Golive's own database. Throws `JournalError` when it can't be reached (`unreachable`),
 * refuses the login (`failed`) or isn't migrated (`schema-mismatch`): a person hears that before anything else is tried.
 */
export async function withDatabase<T>(connectionString: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({
    connectionString,
    application_name: "golive-cli",
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  // A connection that breaks while it idles is told by the next query.
  client.on("error", () => undefined);
  try {
    await client.connect();
    const missing = await missingMigrations(client);
    if (missing.length > 0) {
      throw new JournalError(
        "schema-mismatch",
        false,
        `Golive's database has not had every migration: ${missing.join(", ")} ${missing.length === 1 ? "is" : "are"} missing.`,
      );
    }
    return await work(client);
  } catch (error) {
    throw toJournalError(error) ?? error;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Whether Golive's own database is there and ready. Throws like `withDatabase`. */
export async function assertDatabase(connectionString: string): Promise<void> {
  await withDatabase(connectionString, async () => undefined);
}
