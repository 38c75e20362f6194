import { type Backup, type BackupDocument, type BackupTable, PRINT_SETTINGS } from "#src/backup/backup-document";
import { BackupError } from "#src/backup/backup-error";
import { backupId } from "#src/backup/backup-id";
import { readTableRows, tableDigest } from "#src/backup/table-rows";
import type { ServiceConfig } from "#src/config/service-config";
import { canonicalJson, sha256 } from "#src/manifest/canonical";
import { readColumns } from "#src/rag/catalog";
import { readPointer } from "#src/rag/flip-ledger";
import type { RagStore, StoreNames, StoreQuery } from "#src/rag/store";

/** The tables a rollback needs, by role, as quoted names. */
function tablesOf(names: StoreNames): readonly { readonly role: BackupTable["role"]; readonly table: string }[] {
  return [
    { role: "pointer", table: names.pointer.table },
    { role: "flips", table: "golive_store.golive_flip" },
    { role: "configs", table: names.configs.table },
    ...(names.runs === null ? [] : [{ role: "runs" as const, table: names.runs.table }]),
  ];
}

/**
 * Takes pointer, ledger of flips, configurations and run records from one snapshot of the RAG store. Throws `BackupError` when
 * a table is not there: a backup with a hole is none. `now` in epoch milliseconds, `random` gives random bytes.
 */
export async function takeBackup(options: {
  readonly service: ServiceConfig;
  readonly store: RagStore;
  readonly release: string | null;
  readonly description: string;
  readonly now: number;
  readonly random: (bytes: number) => Uint8Array;
  readonly signal?: AbortSignal;
}): Promise<Backup> {
  const { service, store, signal } = options;
  const document = await store.transaction(
    "read",
    async (query): Promise<BackupDocument> => {
      for (const setting of PRINT_SETTINGS) await query(setting);
      const tables: BackupTable[] = [];
      for (const { role, table } of tablesOf(store.names)) tables.push(await takeTable(query, role, table));
      const { pair } = await readPointer(query, store.names.pointer, false);
      return {
        schema: "golive-backup/1",
        service: service.id,
        description: options.description,
        pointer_key: store.names.pointer.key,
        pointer: pair,
        tables,
      };
    },
    signal,
  );
  const body = canonicalJson(document);
  return {
    id: backupId(options.now, options.random),
    service: service.id,
    release: options.release,
    body,
    digest: sha256(body),
  };
}

async function takeTable(query: StoreQuery, role: BackupTable["role"], table: string): Promise<BackupTable> {
  const found = await readColumns(query, table);
  if (found === null) {
    throw new BackupError(
      `${table}:missing`,
      `The table ${table} (${role}) does not exist in the RAG store: no backup was taken.`,
    );
  }
  const columns = [...found.values()].map(({ name, formatted }) => ({ name, type: formatted }));
  const rows = await readTableRows(query, table, columns);
  return {
    role,
    table,
    columns,
    rows: rows.map((row) => [...row]),
    row_count: rows.length,
    sha256: sha256(canonicalJson(rows)),
    digest: await tableDigest(query, table, columns),
  };
}
