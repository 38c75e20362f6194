import type { ClientBase } from "pg";
import { JournalError } from "#src/journal/journal-error";

type Queryable = Pick<ClientBase, "query">;

const CREATE_ROLES = "CREATE ROLE golive_app LOGIN PASSWORD '…'; CREATE ROLE golive_owner LOGIN PASSWORD '…';";

/** Makes the bot's role when it is missing and we may; otherwise says what an administrator must run. */
export async function ensureAppRole(client: Queryable): Promise<void> {
  const { rowCount } = await client.query("SELECT 1 FROM pg_roles WHERE rolname = 'golive_app'");
  if (rowCount !== 0) return;
  const { rows } = await client.query<{ may: boolean }>(
    "SELECT rolsuper OR rolcreaterole AS may FROM pg_roles WHERE rolname = current_user",
  );
  if (rows[0]?.may === true) {
    // Two processes may get here at once; without a password nobody logs in with it yet.
    await client.query(
      "DO $$ BEGIN CREATE ROLE golive_app LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$",
    );
    return;
  }
  throw new JournalError(
    "wrong-role",
    false,
    `The role golive_app doesn't exist on this server. Have an administrator run: ${CREATE_ROLES} Then migrate as golive_owner.`,
  );
}

/** A superuser that migrates becomes `golive_owner` first, so that the tables never belong to a superuser. */
export async function becomeOwner(client: Queryable): Promise<void> {
  const { rows } = await client.query<{ become: boolean }>(
    `SELECT r.rolsuper AND EXISTS (SELECT 1 FROM pg_roles o WHERE o.rolname = 'golive_owner') AS become
     FROM pg_roles r WHERE r.rolname = current_user`,
  );
  if (rows[0]?.become !== true) return;
  await client.query(
    "DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO golive_owner', current_database()); END $$",
  );
  await client.query("SET ROLE golive_owner");
}

type Powers = { role: string; superuser: boolean; owner: boolean; rights: string[] };

/**
 * Whether the connected role is weak enough to run the bot: it must not be able to rewrite the journal. Returns null
 * when it is; with `dev`, returns the warning to show instead of throwing `JournalError` `wrong-role`.
 */
export async function assertAppRole(client: Queryable, options: { dev?: boolean } = {}): Promise<string | null> {
  const { rows } = await client.query<Powers>(
    `SELECT current_user AS role, r.rolsuper OR r.rolreplication AS superuser,
            pg_has_role(current_user, c.relowner, 'MEMBER') AS owner,
            ARRAY(SELECT p FROM unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER']) p
                  WHERE has_table_privilege(current_user, c.oid, p)) AS rights
     FROM pg_roles r, pg_class c
     WHERE r.rolname = current_user AND c.oid = to_regclass('golive.journal')`,
  );
  const powers = rows[0];
  if (powers === undefined) {
    throw new JournalError(
      "schema-mismatch",
      false,
      "Golive's tables are missing. Run `golive migrate` as golive_owner.",
    );
  }
  const why = powers.superuser
    ? "is a superuser"
    : powers.owner
      ? "owns the journal"
      : powers.rights.length > 0
        ? `may ${powers.rights.join(", ")} on the journal`
        : null;
  if (why === null) return null;
  const message =
    `The database role ${powers.role} ${why}, so the audit trail could be rewritten by the bot itself. ` +
    "Connect as golive_app.";
  if (options.dev === true) return `${message} Allowed because of --dev.`;
  throw new JournalError("wrong-role", false, `${message} For development only: --dev.`);
}
