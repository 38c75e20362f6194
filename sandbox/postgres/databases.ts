import { createHmac } from "node:crypto";
import { Client, escapeIdentifier, escapeLiteral } from "pg";
import { PostgresError } from "#sandbox/postgres/postgres-error";

/** Connection strings of one database, one per role. They hold passwords: never log them. */
export type DatabaseUrls = {
  /** Superuser: creates and drops databases; no part of golive itself runs with it. */
  readonly adminUrl: string;
  /** `golive_owner`: migrations. */
  readonly ownerUrl: string;
  /** `golive_app`: what the bot runs as. */
  readonly appUrl: string;
};

const ROLES = ["golive_owner", "golive_app"] as const;

const passwordOf = (adminUrl: string, role: string): string =>
  createHmac("sha256", new URL(adminUrl).password).update(role).digest("base64url");

function urlFor(adminUrl: string, database: string, role?: string): string {
  const url = new URL(adminUrl);
  url.pathname = `/${encodeURIComponent(database)}`;
  if (role !== undefined) {
    url.username = role;
    url.password = passwordOf(adminUrl, role);
  }
  return url.href;
}

/** The connection strings of `database` on the server that `adminUrl` reaches. Connects to nothing. */
export function databaseUrls(adminUrl: string, database: string): DatabaseUrls {
  return {
    adminUrl: urlFor(adminUrl, database),
    ownerUrl: urlFor(adminUrl, database, "golive_owner"),
    appUrl: urlFor(adminUrl, database, "golive_app"),
  };
}

/** Runs `work` with a superuser connection to the server's `postgres` database. */
export async function asAdmin<T>(adminUrl: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: urlFor(adminUrl, "postgres") });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Throws `not-superuser`, with what is needed instead, unless this connection may do everything that the sandbox does. */
export async function assertSuperuser(adminUrl: string): Promise<void> {
  await asAdmin(adminUrl, async (client) => {
    const { rows } = await client.query<{ name: string; super: boolean }>(
      "SELECT rolname AS name, rolsuper AS super FROM pg_roles WHERE rolname = current_user",
    );
    const [role] = rows;
    if (role?.super === true) return;
    throw new PostgresError(
      "not-superuser",
      `DATABASE_URL logs in as ${role?.name ?? "an unknown role"}, which is not a superuser. The demo makes roles and databases of ` +
        "its own: give it a superuser's URL, or leave DATABASE_URL unset and it brings a server along.",
    );
  });
}

/** Makes golive's two login roles on this cluster, with passwords derived from the superuser's. Repeatable. */
export async function ensureRoles(adminUrl: string): Promise<void> {
  await asAdmin(adminUrl, async (client) => {
    for (const role of ROLES) {
      const { rowCount } = await client.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [role]);
      const verb = rowCount === 0 ? "CREATE" : "ALTER";
      await client.query(`${verb} ROLE ${role} LOGIN PASSWORD ${escapeLiteral(passwordOf(adminUrl, role))}`);
    }
  });
}

/**
 * Makes `database`, owned by `golive_owner`, unless it exists. `template`: a database to clone, file by file, which is less than half the work of
 * writing every page to the log. Roles must exist.
 */
export async function ensureDatabase(adminUrl: string, database: string, template?: string): Promise<DatabaseUrls> {
  await asAdmin(adminUrl, async (client) => {
    const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [database]);
    if (rowCount !== 0) return;
    const from = template === undefined ? "" : ` TEMPLATE ${escapeIdentifier(template)} STRATEGY FILE_COPY`;
    await client.query(`CREATE DATABASE ${escapeIdentifier(database)} OWNER golive_owner${from}`);
  });
  return databaseUrls(adminUrl, database);
}

/** Drops `database` and whoever is still connected to it. */
export async function dropDatabase(adminUrl: string, database: string): Promise<void> {
  await asAdmin(adminUrl, (client) =>
    client.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(database)} WITH (FORCE)`),
  );
}
