import type { Readable } from "node:stream";

/**
 * One connection of its own to the database of a RAG store, with COPY. Failures are `RagStoreError`. Giving it up (its signal, or
 * `close` in the middle) cuts the connection, and the server rolls back what was open on it.
 */
export interface CopySession {
  query<R extends Record<string, unknown>>(sql: string, values?: readonly unknown[]): Promise<R[]>;
  /** Bytes of a `COPY … TO STDOUT`. Destroying the stream ends the session. */
  copyOut(sql: string): Readable;
  /** Feeds a `COPY … FROM STDIN` and returns how many rows arrived. */
  copyIn(sql: string, bytes: AsyncIterable<Uint8Array>): Promise<number>;
  close(): Promise<void>;
}

/** Opens sessions on one database. `parallel`: how many it can really serve at one time. */
export type CopySource = {
  readonly parallel: number;
  open(signal?: AbortSignal): Promise<CopySession>;
};

/** What every session of a backup or a restore is set to: names come back with their schemas, and row security hides no row. */
export const SESSION_SETTINGS = [
  "SET LOCAL search_path = ''",
  "SET LOCAL row_security = off",
  "SET LOCAL statement_timeout = 0",
  "SET LOCAL idle_in_transaction_session_timeout = 0",
] as const;
