import { PostgresError } from "#sandbox/postgres/postgres-error";
import { type RunAs, runProgram } from "#sandbox/postgres/run-program";

async function lookUp(): Promise<RunAs | null> {
  const [uid, gid] = await Promise.all([runProgram("id", ["-u", "postgres"]), runProgram("id", ["-g", "postgres"])]);
  if (uid.code !== 0 || gid.code !== 0) return null;
  return { uid: Number.parseInt(uid.output, 10), gid: Number.parseInt(gid.output, 10) };
}

/**
 * Whom the server runs as. Postgres refuses to run as root, so root needs the system user `postgres`, which is created
 * when it is missing. Everybody else runs it as themselves.
 */
export async function postgresUser(): Promise<RunAs> {
  if (process.getuid === undefined || process.getuid() !== 0) return {};
  const known = await lookUp();
  if (known !== null) return known;
  await runProgram("groupadd", ["--system", "postgres"]);
  const added = await runProgram("useradd", ["--system", "--no-create-home", "--gid", "postgres", "postgres"]);
  const created = await lookUp();
  if (created !== null) return created;
  throw new PostgresError(
    "no-user",
    `Postgres does not run as root, and a user named postgres could not be created (${added.output}). ` +
      "Run golive as another user, create that user, or set DATABASE_URL.",
  );
}
