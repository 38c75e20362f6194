import { BackupError } from "#src/backup/backup-error";
import type { CopySession } from "#src/backup/copy/session";
import { digestOfTable, shapeOf } from "#src/backup/load-rows";
import type { BackupManifest, SavedTable, TableRole } from "#src/backup/manifest";
import { sqlName } from "#src/backup/plan-copy";
import { compareShapes } from "#src/backup/schema/compare-shape";
import { readShape } from "#src/backup/schema/read-shape";
import { type DatabaseShape, sameName, sayName } from "#src/backup/schema/shape";

/**
 * What a restore does with a table. `same`: it holds what was backed up. `kept`: it holds something else, and stays: pointer and
 * ledger move forward only, by a flip.
 */
export type RestoreAction = "create" | "replace" | "same" | "kept";

export type PlannedTable = {
  readonly table: SavedTable;
  readonly action: RestoreAction;
  /** As it stands now; null when it is gone. */
  readonly rowsNow: number | null;
};

export type RestorePlan = { readonly now: DatabaseShape; readonly tables: readonly PlannedTable[] };

/** Tables that say what happened: an older state of them would be a lie, and move other services too. */
const FORWARD_ONLY: ReadonlySet<TableRole> = new Set(["pointer", "flips"]);

/**
 * Compares what is there now with a backup: one read of each table. `only`: these roles, else all. Throws `BackupError`
 * `schema:changed` with every difference when the backup's rows belong into other tables than those that are there.
 */
export async function planRestore(
  session: CopySession,
  manifest: BackupManifest,
  only: ReadonlySet<TableRole> | null,
): Promise<RestorePlan> {
  const asked = manifest.shape.tables.map(sqlName);
  const { shape: now } = await readShape(session, asked);
  const changed = compareShapes(manifest.shape, now);
  if (changed.length > 0) {
    const list = changed.map((each) => `\n- ${each}`).join("");
    throw new BackupError(
      "schema:changed",
      `The tables changed since the backup ${manifest.id}, so its rows were not restored:${list}`,
    );
  }
  const tables: PlannedTable[] = [];
  for (const table of manifest.tables) {
    if (only !== null && !only.has(table.role)) continue;
    tables.push(await planTable(session, manifest, now, table));
  }
  return { now, tables };
}

async function planTable(
  session: CopySession,
  manifest: BackupManifest,
  now: DatabaseShape,
  table: SavedTable,
): Promise<PlannedTable> {
  if (!now.tables.some((each) => sameName(each, table))) return { table, action: "create", rowsNow: null };
  const shape = shapeOf(manifest, table);
  const found = await digestOfTable(session, sqlName(table), shape, { ...table, utf8: manifest.utf8 });
  const rowsNow = found.rows;
  if (found.digest === table.digest) return { table, action: "same", rowsNow };
  return { table, action: FORWARD_ONLY.has(table.role) && rowsNow > 0 ? "kept" : "replace", rowsNow };
}

const SAYS: Readonly<Record<RestoreAction, string>> = {
  create: "is gone and is made again",
  replace: "holds other rows and is replaced",
  same: "is as it was backed up and is not touched",
  kept: "moved on since and is not touched: pointer and ledger go back by a rollback",
};

/** One line of a plan. */
export function sayPlanned({ table, action, rowsNow }: PlannedTable): string {
  const rows = rowsNow === null ? `${table.rows} rows` : `${rowsNow} rows now, ${table.rows} in the backup`;
  return `${sayName(table)} (${table.role}) ${SAYS[action]} (${rows})`;
}
