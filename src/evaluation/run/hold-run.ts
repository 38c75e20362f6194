import { Client } from "pg";
import type { Queryable } from "#src/manifest/manifest-records";

/** One process works on a run at a time. */
export type Hold = {
  /** Aborted when the hold may be somebody else's: the connection that it hangs on is gone. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
};

/** A number of our own in front, so that no other lock of this database is meant. */
const KEY = "hashtextextended('golive evaluation ' || $1, 0)";

/**
 * Takes a run for this process, or says that another one has it (null). An advisory lock of a session of its own: a process that
 * is killed lets go at once, with nobody waiting for a lease to end. `url` must not lead through a transaction pooler.
 */
export async function holdRun(url: string, run: string): Promise<Hold | null> {
  const lost = new AbortController();
  const client = new Client({ connectionString: url, application_name: "golive-evaluation", keepAlive: true });
  let released = false;
  const gone = () => {
    if (!released) lost.abort();
  };
  client.on("error", gone).on("end", gone);
  await client.connect();
  const { rows } = await client.query<{ mine: boolean }>(`SELECT pg_try_advisory_lock(${KEY}) AS mine`, [run]);
  const release = async () => {
    released = true;
    await client.end();
  };
  if (rows[0]?.mine === true) return { lost: lost.signal, release };
  await release();
  return null;
}

/** Whether some process works on the run. */
export async function isHeld(database: Queryable, run: string): Promise<boolean> {
  // Given back with the statement's own transaction.
  const { rows } = await database.query<{ free: boolean }>(`SELECT pg_try_advisory_xact_lock(${KEY}) AS free`, [run]);
  return rows[0]?.free === false;
}
