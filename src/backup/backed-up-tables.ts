import type { TableRole } from "#src/backup/manifest";
import type { StoreNames } from "#src/rag/store";

/** A table that a full backup holds. `optional`: one that may not be there. `table`: quoted, as SQL writes it. */
export type WantedTable = { readonly role: TableRole; readonly table: string; readonly optional: boolean };

/** Everything that a service's answers come from, and the ledger of flips. */
export function wantedTables(names: StoreNames): readonly WantedTable[] {
  return [
    { role: "chunks", table: names.chunks.table, optional: false },
    ...(names.runs === null ? [] : [{ role: "runs" as const, table: names.runs.table, optional: false }]),
    { role: "pointer", table: names.pointer.table, optional: false },
    { role: "configs", table: names.configs.table, optional: false },
    { role: "flips", table: "golive_store.golive_flip", optional: true },
  ];
}
