import type { ServiceConfig } from "#src/config/service-config";
import { createFlipLedger, ensureFlipLedger, readPointer } from "#src/rag/flip-ledger";
import { insertConfig, parsedBody } from "#src/rag/insert-config";
import { createPostgresRunner, DEFAULT_LIMITS, type PoolLimits } from "#src/rag/postgres-runner";
import { digestSql } from "#src/rag/run-digest";
import type { SqlRunner } from "#src/rag/sql-runner";
import type { RagStore, RunRecord, StoreNames } from "#src/rag/store";
import { RagStoreError } from "#src/rag/store-error";
import { storeNames } from "#src/rag/store-names";

type RunRow = {
  run: string;
  state: string | null;
  chunks: string | null;
  digest: string | null;
  finished: number | null;
};

/**
 * The RAG store of a service over Postgres. Connects on first use. Throws `NameError` for unusable names, and every call
 * rejects with `RagStoreError`. Close it when done.
 */
export function createRagStore(options: {
  readonly service: ServiceConfig;
  readonly connectionString: string;
  readonly limits?: PoolLimits;
}): RagStore {
  const runner = createPostgresRunner(options.connectionString, options.limits ?? DEFAULT_LIMITS);
  return ragStoreOver(runner, options.service);
}

/** Creates Golive's ledger in the store's database, as the role of `connectionString`; see `ensureFlipLedger`. */
export async function prepareRagStore(options: {
  readonly connectionString: string;
  readonly grantTo?: string;
}): Promise<void> {
  const runner = createPostgresRunner(options.connectionString, { ...DEFAULT_LIMITS, max: 1 });
  try {
    await ensureFlipLedger(runner, options.grantTo === undefined ? {} : { grantTo: options.grantTo });
  } finally {
    await runner.close();
  }
}

/** The store's questions over any connection that speaks Postgres. */
export function ragStoreOver(runner: SqlRunner, service: ServiceConfig): RagStore {
  const names = storeNames(service.rag_store);
  const ledger = createFlipLedger(runner, service.id, names);
  return {
    names,
    query: (sql, values, signal) => runner.query(sql, values, signal),
    transaction: (mode, work, signal) => runner.transaction(mode, work, signal),
    pointer: async (signal) => {
      const found = await readPointer((sql, values) => runner.query(sql, values, signal), names.pointer, false);
      return found.pair;
    },
    runs: async (signal) => {
      if (names.runs === null) return [];
      const rows = await runner.query<RunRow>(
        `${selectRuns(names.runs)} ORDER BY finished DESC NULLS LAST, run`,
        [],
        signal,
      );
      return rows.map((row) => runRecord(row, names.runs));
    },
    run: async (run, signal) => {
      if (names.runs === null) return null;
      const sql = `${selectRuns(names.runs)} WHERE ${names.runs.run}::text = $1 LIMIT 2`;
      const rows = await runner.query<RunRow>(sql, [run], signal);
      if (rows.length > 1)
        throw new RagStoreError("failed", `The runs table has more than one row for the run ${run}.`);
      return rows[0] === undefined ? null : runRecord(rows[0], names.runs);
    },
    configVersions: async (signal) => {
      const { table, version, body } = names.configs;
      const rows = await runner.query<{ version: string; body: unknown }>(
        `SELECT ${version}::text AS version, ${body} AS body FROM ${table} ORDER BY ${version}::text COLLATE "C"`,
        [],
        signal,
      );
      return rows.map((row) => ({ version: row.version, body: parsedBody(row.body) }));
    },
    insertConfig: (version, body) => insertConfig(runner, names.configs, version, body),
    digest: async (run, signal) => {
      const rows = await runner.query<{ chunks: string; digest: string }>(digestSql(names.chunks), [run], signal);
      const row = rows[0];
      if (row === undefined) throw new RagStoreError("failed", "The digest of a run came back without a row.");
      return { chunks: Number(row.chunks), digest: row.digest };
    },
    flip: ledger.flip,
    cancelFlip: ledger.cancel,
    flipHistory: (limit = 50, signal) => ledger.history(limit, signal),
    close: () => runner.close(),
  };
}

function selectRuns(runs: NonNullable<StoreNames["runs"]>): string {
  return `SELECT ${runs.run}::text AS run, ${runs.state}::text AS state, ${runs.chunks}::text AS chunks,
    ${runs.digest}::text AS digest, (extract(epoch FROM ${runs.finishedAt}) * 1000)::float8 AS finished
    FROM ${runs.table}`;
}

function runRecord(row: RunRow, runs: StoreNames["runs"]): RunRecord {
  return {
    run: row.run,
    state: runs !== null && row.state === runs.completeValue ? "complete" : "incomplete",
    chunks: row.chunks === null ? null : Number(row.chunks),
    digest: row.digest,
    finishedAt: row.finished === null ? null : Math.round(row.finished),
  };
}
