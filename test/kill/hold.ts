import { Client } from "pg";
import { eventually } from "#test/kill/eventually";

/** Something that a transaction of ours keeps locked, so that the program under test stands still exactly there. */
export type Hold = {
  /** Resolves with the backends that wait for it, once there are `atLeast` (1). */
  blocked(atLeast?: number): Promise<readonly [number, ...(readonly number[])]>;
  /** Lets go: whoever waits goes on, also a backend whose client was killed meanwhile. */
  release(): Promise<void>;
  /** Ends the waiting backends and lets go: what they were about to do never happens. */
  drop(): Promise<void>;
};

/** Runs `sql` in a transaction that stays open. `url`: a superuser's, of the database in which the lock is. */
export async function holdBack(url: string, sql: string, values: readonly unknown[] = []): Promise<Hold> {
  const client = new Client({ connectionString: url, application_name: "kill-test-hold" });
  // The database may be killed under it.
  client.on("error", () => undefined);
  await client.connect();
  await client.query("BEGIN");
  await client.query(sql, [...values]);
  const waiting = async (): Promise<readonly number[]> => {
    // Not pg_stat_activity: within one transaction that shows only backends that were there at the first look.
    const { rows } = await client.query<{ pid: number }>(
      "SELECT DISTINCT pid FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))",
    );
    return rows.map(({ pid }) => pid);
  };
  const release = async (): Promise<void> => {
    await client.query("COMMIT").catch(() => undefined);
    await client.end().catch(() => undefined);
  };
  return {
    blocked: (atLeast = 1) =>
      eventually("transactions to wait for the held lock", async () => {
        const [first, ...others] = await waiting();
        return first === undefined || others.length + 1 < atLeast ? null : ([first, ...others] as const);
      }),
    release,
    async drop() {
      for (const pid of await waiting()) await client.query("SELECT pg_terminate_backend($1, 5000)", [pid]);
      await release();
    },
  };
}

/**
 * Makes commits in the journal and in the store's ledger stoppable from outside. A deferred trigger runs when COMMIT has
 * arrived at the server: a program killed while it waits there can't know whether its decision counts. The program under
 * test has no such thing in it; only the test's database does.
 */
export async function makeCommitsStoppable(goliveUrl: string, ragUrl: string): Promise<void> {
  await install(goliveUrl, "golive.journal", "NEW.type");
  await install(ragUrl, "golive_store.golive_flip", "'ledger ' || NEW.outcome");
}

async function install(url: string, table: string, what: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`
      CREATE OR REPLACE FUNCTION public.wait_in_commit() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_advisory_xact_lock_shared(hashtextextended('in commit: ' || ${what}, 0));
        RETURN NULL;
      END $$;
      CREATE CONSTRAINT TRIGGER wait_in_commit AFTER INSERT ON ${table}
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.wait_in_commit();`);
  } finally {
    await client.end();
  }
}

/** From now on every transaction that records `what` (an event's type, `ledger flipped`) waits inside its COMMIT. */
export function holdCommitOf(url: string, what: string): Promise<Hold> {
  return holdBack(url, "SELECT pg_advisory_xact_lock(hashtextextended('in commit: ' || $1::text, 0))", [what]);
}
