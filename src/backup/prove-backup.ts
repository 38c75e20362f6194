import {
  type Backup,
  type BackupDocument,
  type BackupTable,
  openBackup,
  PRINT_SETTINGS,
} from "#src/backup/backup-document";
import { insertRows, readTableRows, tableDigest } from "#src/backup/table-rows";
import { canonicalJson, sha256 } from "#src/manifest/canonical";
import { readColumns } from "#src/rag/catalog";
import { readPointer } from "#src/rag/flip-ledger";
import { quoteIdentifier } from "#src/rag/quote";
import type { RagStore, StoreQuery } from "#src/rag/store";
import { RagStoreError } from "#src/rag/store-error";

export const SCRATCH_PREFIX = "golive_scratch_";

/** What a proof came to. `differences`: one line for each thing that did not come back as it was; empty when proven. */
export type Proof = {
  readonly proven: boolean;
  readonly tables: number;
  readonly rows: number;
  readonly differences: readonly string[];
  /** The same without counts: which table and which defect. */
  readonly findings: readonly string[];
};

type Difference = { readonly finding: string; readonly text: string };

/** Ends the transaction of a proof: after a failed statement Postgres takes no further one in it. */
class NotRestorable extends Error {
  readonly difference: Difference;

  constructor(finding: string, text: string) {
    super(text);
    this.difference = { finding, text };
  }
}

/**
 * Restores a backup into a scratch schema of the RAG store's database, compares it row by row and digest by digest, and asks
 * the pointer's question there. Schema and rows live in one transaction: whatever happens, nobody ever sees them and nothing
 * stays. Needs CREATE on that database. Throws `BackupError` for a damaged backup and `RagStoreError` when the store fails;
 * a difference is a result, not a throw.
 */
export async function proveBackup(options: {
  readonly backup: Backup;
  readonly store: RagStore;
  readonly signal?: AbortSignal;
}): Promise<Proof> {
  const { backup, store, signal } = options;
  const document = openBackup(backup);
  const rows = document.tables.reduce((sum, table) => sum + table.row_count, 0);
  const scratch = quoteIdentifier(`${SCRATCH_PREFIX}${backup.id}`);
  await dropLeftovers(store, signal);
  const differences = await store
    .transaction(
      "write",
      async (query) => {
        for (const setting of PRINT_SETTINGS) await query(setting);
        await query(`CREATE SCHEMA ${scratch}`);
        const found = await restoreAndCompare(query, scratch, document, store);
        await query(`DROP SCHEMA ${scratch} CASCADE`);
        return found;
      },
      signal,
    )
    .catch((error: unknown): readonly Difference[] => {
      if (error instanceof NotRestorable) return [error.difference];
      throw error;
    });
  return {
    proven: differences.length === 0,
    tables: document.tables.length,
    rows,
    differences: differences.map(({ text }) => text),
    findings: differences.map(({ finding }) => finding),
  };
}

async function restoreAndCompare(
  query: StoreQuery,
  scratch: string,
  document: BackupDocument,
  store: RagStore,
): Promise<readonly Difference[]> {
  const differences: Difference[] = [];
  for (const [at, table] of document.tables.entries()) {
    const name = `${scratch}.${quoteIdentifier(`t${at}_${table.role}`)}`;
    await restoreTable(query, name, table);
    differences.push(...(await compareTable(query, name, table)));
    if (table.role === "pointer") {
      const restored = { ...store.names.pointer, table: name, key: document.pointer_key };
      const { pair } = await readPointer(query, restored, false);
      if (pair?.run !== document.pointer?.run || pair?.config !== document.pointer?.config) {
        const text = `asked in the restored ${table.table}, the pointer is not what was backed up`;
        differences.push({ finding: "pointer:changed", text });
      }
    }
  }
  return differences;
}

/** Throws `NotRestorable` when the rows don't go back; any other failure is the database's own. */
async function restoreTable(query: StoreQuery, name: string, table: BackupTable): Promise<void> {
  if ((await readColumns(query, table.table)) === null) {
    throw new NotRestorable(
      `${table.table}:missing`,
      `${table.table} does not exist any more: there is nothing to restore into`,
    );
  }
  try {
    // With the table's own constraints and unique indexes: rows that don't fit it could not be restored.
    await query(`CREATE TABLE ${name} (LIKE ${table.table} INCLUDING CONSTRAINTS INCLUDING INDEXES)`);
    await insertRows(query, name, table.columns, table.rows);
  } catch (error) {
    const state = error instanceof RagStoreError ? error.sqlState : null;
    if (state === null || state === "42501" || !/^(22|23|42)/.test(state)) throw error;
    const why = `the rows of ${table.table} do not go back into a table of its form (${state})`;
    throw new NotRestorable(`${table.table}:refused ${state}`, why);
  }
}

async function compareTable(query: StoreQuery, name: string, table: BackupTable): Promise<readonly Difference[]> {
  const rows = await readTableRows(query, name, table.columns);
  const digest = await tableDigest(query, name, table.columns);
  const original = table.table;
  const found: readonly (readonly [boolean, string, string])[] = [
    [rows.length === table.row_count, "rows", `${original} came back with ${rows.length} of ${table.row_count} rows`],
    [sha256(canonicalJson(rows)) === table.sha256, "content", `the rows of ${original} came back changed`],
    [digest === table.digest, "digest", `the digest of ${original} differs after the restore`],
  ];
  return found.flatMap(([same, defect, text]) => (same ? [] : [{ finding: `${original}:${defect}`, text }]));
}

/** A scratch schema that can be seen belongs to no running proof: those are invisible until they are gone. */
async function dropLeftovers(store: RagStore, signal: AbortSignal | undefined): Promise<void> {
  const found = await store.query<{ name: string }>(
    `SELECT n.nspname::text AS name FROM pg_namespace n
      WHERE starts_with(n.nspname::text, $1) AND n.nspowner = current_user::regrole`,
    [SCRATCH_PREFIX],
    signal,
  );
  for (const { name } of found) {
    await store.query(`DROP SCHEMA IF EXISTS ${quoteIdentifier(name)} CASCADE`, [], signal);
  }
}
