import { Client, type ClientConfig, Pool, type PoolClient } from "pg";
import { BEGIN, type SqlRunner } from "#src/rag/sql-runner";
import type { StoreQuery } from "#src/rag/store";
import { RagStoreError, toRagStoreError } from "#src/rag/store-error";
import { secretsOf } from "#src/rag/url-secrets";

/**
 * Times in milliseconds. `statementTimeoutMs` bounds a statement that nobody can give up. One that came with a signal is
 * its caller's to end; `signalledTimeoutMs` bounds it inside Postgres all the same, for when this process dies.
 */
export type PoolLimits = {
  readonly max: number;
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
  readonly signalledTimeoutMs?: number;
};

/** Above the longest time that a gate states, so that the gate's own limit is the one that counts. */
export const SIGNALLED_TIMEOUT_MS = 330_000;

export const DEFAULT_LIMITS: PoolLimits = { max: 4, connectTimeoutMs: 5_000, statementTimeoutMs: 120_000 };

const CANCEL_GRACE_MS = 2_000;

/**
 * A pool that really cancels: on abort a second connection calls `pg_cancel_backend` for the statement's backend, so the
 * database stops working too. If that can't be done within two seconds the connection is cut, and the server's
 * `statement_timeout` is what ends the statement. A cancelled connection is never reused: a late cancel would hit the
 * next statement on it.
 */
export function createPostgresRunner(connectionString: string, limits: PoolLimits = DEFAULT_LIMITS): SqlRunner {
  const secrets = secretsOf(connectionString);
  const base: ClientConfig = { connectionString, application_name: "golive", keepAlive: true };
  const signalledMs = limits.signalledTimeoutMs ?? Math.max(SIGNALLED_TIMEOUT_MS, limits.statementTimeoutMs);
  const pids = new WeakMap<PoolClient, number>();
  /** The statement limit a connection has now, when it is not the one it was opened with. */
  const limitOf = new WeakMap<PoolClient, number>();
  let pool: Pool;
  try {
    pool = new Pool({
      ...base,
      max: limits.max,
      connectionTimeoutMillis: limits.connectTimeoutMs,
      statement_timeout: limits.statementTimeoutMs,
    });
  } catch (error) {
    throw toRagStoreError(error, secrets, false);
  }
  // An idle connection that breaks is replaced at the next query; without a listener it would end the process.
  pool.on("error", () => undefined);

  async function pidOf(client: PoolClient): Promise<number> {
    const known = pids.get(client);
    if (known !== undefined) return known;
    const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    const pid = rows[0]?.pid;
    if (pid === undefined) throw new RagStoreError("failed", "The RAG store did not name its backend.");
    pids.set(client, pid);
    return pid;
  }

  /** A connection keeps its limit, so that questions of one kind in a row cost one round trip each and not two. */
  async function limitStatements(client: PoolClient, ms: number): Promise<void> {
    if ((limitOf.get(client) ?? limits.statementTimeoutMs) === ms) return;
    await client.query(`SET statement_timeout = ${Math.round(ms)}`);
    limitOf.set(client, ms);
  }

  async function cancelBackend(pid: number): Promise<void> {
    const second = new Client({
      ...base,
      connectionTimeoutMillis: CANCEL_GRACE_MS,
      statement_timeout: CANCEL_GRACE_MS,
      query_timeout: CANCEL_GRACE_MS,
    });
    second.on("error", () => undefined);
    try {
      await second.connect();
      await second.query("SELECT pg_cancel_backend($1)", [pid]);
    } finally {
      await second.end().catch(() => undefined);
    }
  }

  async function checkOut(signal: AbortSignal | undefined): Promise<PoolClient> {
    const waiting = pool.connect();
    if (signal === undefined) return waiting;
    const given = Promise.withResolvers<never>();
    const giveUp = (): void =>
      given.reject(new RagStoreError("aborted", "Cancelled before the RAG store was reached."));
    signal.addEventListener("abort", giveUp, { once: true });
    try {
      return await Promise.race([waiting, given.promise]);
    } catch (error) {
      // The connection may still arrive: it belongs to the pool, not to nobody.
      waiting.then(
        (late) => late.release(),
        () => undefined,
      );
      throw error;
    } finally {
      signal.removeEventListener("abort", giveUp);
    }
  }

  async function withClient<T>(signal: AbortSignal | undefined, work: (client: PoolClient) => Promise<T>): Promise<T> {
    let client: PoolClient | null = null;
    let cancelling: Promise<void> | null = null;
    let cut: NodeJS.Timeout | undefined;
    let broken = false;
    const onAbort = (): void => {
      const held = client;
      if (held === null) return;
      const pid = pids.get(held);
      const cutNow = (): void => void held.end().catch(() => undefined);
      cut = setTimeout(cutNow, CANCEL_GRACE_MS);
      cancelling = pid === undefined ? Promise.resolve(cutNow()) : cancelBackend(pid).catch(cutNow);
    };
    try {
      if (signal?.aborted) throw new RagStoreError("aborted", "Cancelled before the RAG store was asked.");
      client = await checkOut(signal);
      const held = client;
      const onError = (): void => {
        broken = true;
      };
      held.on("error", onError);
      signal?.addEventListener("abort", onAbort, { once: true });
      try {
        if (signal !== undefined) await pidOf(held);
        signal?.throwIfAborted();
        await limitStatements(held, signal === undefined ? limits.statementTimeoutMs : signalledMs);
        signal?.throwIfAborted();
        return await work(held);
      } finally {
        signal?.removeEventListener("abort", onAbort);
        held.off("error", onError);
      }
    } catch (error) {
      throw toRagStoreError(error, secrets, signal?.aborted ?? false);
    } finally {
      await cancelling;
      clearTimeout(cut);
      client?.release(broken || cancelling !== null);
    }
  }

  return {
    query: (sql, values, signal) =>
      withClient(signal, async (client) => (await client.query(sql, values === undefined ? [] : [...values])).rows),
    transaction: async (mode, work, signal) => {
      const ended = await withClient(signal, async (client) => {
        const query: StoreQuery = async (sql, values) => {
          try {
            signal?.throwIfAborted();
            return (await client.query(sql, values === undefined ? [] : [...values])).rows;
          } catch (error) {
            throw toRagStoreError(error, secrets, signal?.aborted ?? false);
          }
        };
        await client.query(BEGIN[mode]);
        try {
          const result = await work(query);
          await query("COMMIT");
          return { ok: true as const, result };
        } catch (error) {
          await client.query("ROLLBACK").catch(() => undefined);
          if (signal?.aborted) throw error;
          return { ok: false as const, error };
        }
      });
      if (ended.ok) return ended.result;
      // What `work` threw by itself is the caller's and goes on as it is.
      throw ended.error;
    },
    close: () => pool.end(),
  };
}
