import { Client } from "pg";

declare module "pg" {
  interface Client {
    /** Exists since pg 8.0, not in its types: the connection alone doesn't keep the process alive. */
    unref(): void;
  }
}

const LOCK = 7_466_105_321;

/**
 * Who owns an embedded server: the process whose connection holds one advisory lock in it. It needs no file to go stale,
 * and goes away with the process, also after kill -9.
 */
export type Ownership =
  | { readonly owned: true; readonly release: () => Promise<void> }
  | { readonly owned: false; readonly ownerPid: number | null };

/** Asks for the lock once. Throws what `pg` throws when the server doesn't answer. */
export async function askForOwnership(url: string): Promise<Ownership> {
  const client = new Client({
    connectionString: url,
    application_name: `golive-owner-${process.pid}`,
    connectionTimeoutMillis: 5_000,
  });
  // The server ends this connection when it stops: that is no news for anybody.
  client.on("error", () => undefined);
  await client.connect();
  const { rows } = await client.query<{ got: boolean }>("SELECT pg_try_advisory_lock($1) AS got", [LOCK]);
  if (rows[0]?.got === true) {
    // An owner that forgets stop() may still end: the server then stays, as after a crash, for the next one to take over.
    client.unref();
    return { owned: true, release: () => client.end().catch(() => undefined) };
  }
  const owner = await client.query<{ name: string }>(
    `SELECT a.application_name AS name FROM pg_locks l JOIN pg_stat_activity a USING (pid)
     WHERE l.locktype = 'advisory' AND l.granted AND a.application_name LIKE 'golive-owner-%'`,
  );
  await client.end();
  const pid = Number.parseInt(owner.rows[0]?.name.replace("golive-owner-", "") ?? "", 10);
  return { owned: false, ownerPid: Number.isInteger(pid) ? pid : null };
}
