import type { ConfigInsert } from "#src/rag/insert-config";
import type { Pair } from "#src/release/events";

/** One ingestion run as the store (or an adoption) recorded it. `digest` is order-free over the run's chunks. */
export type RunRecord = {
  readonly run: string;
  readonly state: "complete" | "incomplete";
  readonly chunks: number | null;
  readonly digest: string | null;
  readonly finishedAt: number | null;
};

/** SQL-ready, quoted names of the configured tables and columns. Safe to put into a statement as they are. */
export type StoreNames = {
  readonly chunks: {
    readonly table: string;
    readonly id: string;
    readonly run: string;
    readonly document: string;
    readonly text: string;
    readonly bm25Text: string;
    readonly embeddingText: string;
    readonly embedding: string;
    readonly tokenCount: string;
  };
  readonly runs: {
    readonly table: string;
    readonly run: string;
    readonly state: string;
    readonly completeValue: string;
    readonly chunks: string;
    readonly digest: string;
    readonly finishedAt: string;
  } | null;
  readonly pointer: {
    readonly table: string;
    readonly keyColumn: string;
    readonly key: string;
    readonly run: string;
    readonly config: string;
  };
  readonly configs: { readonly table: string; readonly version: string; readonly body: string };
};

export type FlipOutcome = { readonly outcome: "flipped" | "refused" | "cancelled"; readonly live: Pair | null };

/** One line of the store's ledger of flips. */
export type FlipRecord = FlipOutcome & {
  readonly id: string;
  readonly service: string;
  readonly from: Pair | null;
  /** Null for a flip that emptied the pointer, and for one that was cancelled before anybody tried it. */
  readonly to: Pair | null;
  /** Digest of the configuration version's content when the flip took effect; null where nobody could read it then. */
  readonly toConfigDigest: string | null;
  readonly at: number;
};

/** Runs one statement; rows are as the driver parsed them. */
export type StoreQuery = <R extends Record<string, unknown>>(sql: string, values?: readonly unknown[]) => Promise<R[]>;

/** The Postgres face of the governed RAG system. Every call honours `signal`; failures throw `RagStoreError`. */
export interface RagStore {
  readonly names: StoreNames;
  query<R extends Record<string, unknown>>(
    sql: string,
    values?: readonly unknown[],
    signal?: AbortSignal,
  ): Promise<R[]>;
  /**
   * Several statements in one transaction: `read` is REPEATABLE READ, READ ONLY (one consistent snapshot), `write` is
   * READ COMMITTED. Rolled back when `work` throws.
   */
  transaction<T>(mode: "read" | "write", work: (query: StoreQuery) => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** What is live; null when there is no row, or one with both columns NULL. */
  pointer(signal?: AbortSignal): Promise<Pair | null>;
  /** Newest first. */
  runs(signal?: AbortSignal): Promise<readonly RunRecord[]>;
  run(run: string, signal?: AbortSignal): Promise<RunRecord | null>;
  configVersions(signal?: AbortSignal): Promise<readonly { readonly version: string; readonly body: unknown }[]>;
  /**
   * Inserts a configuration version unless one of that name is there; that one is compared and never changed. `body`: JSON. What takes effect is
   * the pointer's alone to say.
   */
  insertConfig(version: string, body: unknown): Promise<ConfigInsert>;
  /** Row count and order-free digest of a run's chunks as they stand now: one sequential pass. */
  digest(run: string, signal?: AbortSignal): Promise<{ readonly chunks: number; readonly digest: string }>;
  /**
   * Compare-and-set of the pointer, with the ledger row `golive_flip(id)` in the same transaction. Whoever inserts the id
   * first decides; a repeated id returns the stored outcome and changes nothing. `to` null empties the pointer: nothing answers.
   */
  flip(id: string, from: Pair | null, to: Pair | null): Promise<FlipOutcome>;
  /** Settles a flip in doubt: inserts `cancelled` unless it already has an outcome, and returns what stands. */
  cancelFlip(id: string): Promise<FlipOutcome>;
  /** This service's flips as the ledger has them, newest first. */
  flipHistory(limit?: number, signal?: AbortSignal): Promise<readonly FlipRecord[]>;
  close(): Promise<void>;
}
