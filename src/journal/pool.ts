import { Pool } from "pg";

export type PoolOptions = {
  readonly url: string;
  /** Shows in pg_stat_activity. */
  readonly name: string;
  readonly max?: number;
  /** Told about idle connections that broke. The pool has already replaced them: for the log only. */
  readonly onError?: (error: Error) => void;
};

/**
 * Connections to golive's own database. A connection that sits in a transaction without a word (a frozen process holding
 * a service's lock) is ended by the server after 15 s, so that the other replicas can go on; and nobody waits for a
 * lock longer than 10 s, or for any answer longer than 15 s.
 */
export function createPool({ url, name, max = 8, onError = () => undefined }: PoolOptions): Pool {
  const pool = new Pool({
    connectionString: url,
    application_name: name,
    max,
    connectionTimeoutMillis: 5_000,
    idle_in_transaction_session_timeout: 15_000,
    lock_timeout: 10_000,
    // Longer than any lock is waited for: a server that has fallen silent, without a word to our sockets, ends here.
    query_timeout: 15_000,
    keepAlive: true,
  });
  pool.on("error", onError);
  // One that breaks while it is checked out fails its statement, and without a listener the entire process.
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}
