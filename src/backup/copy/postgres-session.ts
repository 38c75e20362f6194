import { pipeline } from "node:stream/promises";
import { Client } from "pg";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import type { CopySession, CopySource } from "#src/backup/copy/session";
import { RagStoreError, toRagStoreError } from "#src/rag/store-error";
import { secretsOf } from "#src/rag/url-secrets";

const CONNECT_MS = 5_000;

/** Two readers use two cores; more would take the database away from those who ask it questions. */
const READERS = 2;

/** Sessions over a real Postgres. Connects on `open`. */
export function postgresCopySource(connectionString: string, parallel = READERS): CopySource {
  const secrets = secretsOf(connectionString);
  return {
    parallel,
    open: async (signal) => {
      try {
        signal?.throwIfAborted();
        const client = new Client({
          connectionString,
          application_name: "golive-backup",
          connectionTimeoutMillis: CONNECT_MS,
          keepAlive: true,
        });
        await client.connect();
        return sessionOf(client, secrets, signal);
      } catch (error) {
        throw toRagStoreError(error, secrets, signal?.aborted ?? false);
      }
    },
  };
}

async function sessionOf(
  client: Client,
  secrets: readonly string[],
  signal: AbortSignal | undefined,
): Promise<CopySession> {
  let lost: unknown = null;
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => undefined);
  client.on("error", (error) => {
    lost ??= error;
    broken.reject(error);
  });
  client.on("end", () => broken.reject(new RagStoreError("unreachable", "The connection to the RAG store ended.")));
  // A cut connection ends the server's work at once: it looks while it sorts an index too, not only when it sends.
  const cut = (): void => void client.connection.stream.destroy();
  signal?.addEventListener("abort", cut, { once: true });
  const failed = (error: unknown): RagStoreError => toRagStoreError(lost ?? error, secrets, signal?.aborted ?? false);
  const query: CopySession["query"] = async (sql, values) => {
    try {
      signal?.throwIfAborted();
      return (await client.query(sql, values === undefined ? [] : [...values])).rows;
    } catch (error) {
      throw failed(error);
    }
  };
  // Not every system can watch a connection; there the work ends with its statement.
  await query("SET client_connection_check_interval = '1s'").catch(() => undefined);
  return {
    query,
    copyOut: (sql) => {
      const stream = client.query(copyTo(sql));
      // Whoever let go of the stream has its failure already: an error nobody listens for would end the process.
      stream.on("error", () => undefined);
      // pg-copy-streams waits for ever when the connection breaks between two messages.
      broken.promise.catch((error: unknown) => stream.destroy(failed(error)));
      return stream;
    },
    copyIn: async (sql, bytes) => {
      const stream = client.query(copyFrom(sql));
      stream.on("error", () => undefined);
      broken.promise.catch((error: unknown) => stream.destroy(failed(error)));
      try {
        await pipeline(bytes, stream);
        return stream.rowCount;
      } catch (error) {
        throw failed(error);
      }
    },
    close: async () => {
      signal?.removeEventListener("abort", cut);
      if (lost === null && signal?.aborted !== true) {
        const grace = setTimeout(cut, CONNECT_MS);
        await client.end().catch(() => undefined);
        clearTimeout(grace);
      } else cut();
    },
  };
}
