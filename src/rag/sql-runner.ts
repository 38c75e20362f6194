import type { StoreQuery } from "#src/rag/store";

/** What the RAG store needs of a database connection. Failures are `RagStoreError`. */
export interface SqlRunner {
  query<R extends Record<string, unknown>>(
    sql: string,
    values?: readonly unknown[],
    signal?: AbortSignal,
  ): Promise<R[]>;
  /** `read`: REPEATABLE READ, READ ONLY; `write`: READ COMMITTED. Committed when `work` returns, else rolled back. */
  transaction<T>(mode: "read" | "write", work: (query: StoreQuery) => Promise<T>, signal?: AbortSignal): Promise<T>;
  close(): Promise<void>;
}

export const BEGIN = {
  read: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
  write: "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
} as const;
