import { BackupError } from "#src/backup/backup-error";
import { digestOfTable, type Load, loadRows, shapeOf } from "#src/backup/load-rows";
import type { SavedTable } from "#src/backup/manifest";
import { placed } from "#src/backup/schema/place";
import { type DatabaseShape, type Named, sameName, sayName } from "#src/backup/schema/shape";
import {
  addForeignKey,
  attach,
  attachIndexes,
  createSequence,
  createTable,
  createType,
  indexTable,
  ownSequence,
  setSequence,
} from "#src/backup/schema/statements";
import { RagStoreError } from "#src/rag/store-error";

/** Objects that are made anew: all of a backup's in a scratch schema, those that are gone in a restore. */
export type Anew = (object: Named) => boolean;

/** Makes types, sequences and tables that are `anew`, without indexes and rows. */
export async function buildTables({ session, place, manifest }: Load, anew: Anew): Promise<void> {
  const { types, sequences, tables } = manifest.shape;
  const fresh = tables.filter(anew);
  const statements = [
    ...types.filter(anew).map((type) => createType(type, place)),
    ...sequences
      .filter((each) => anew(each) && each.owner?.identity !== true)
      .map((each) => createSequence(each, place)),
    ...fresh.map((table) => createTable(table, manifest.shape, place)),
  ];
  for (const sql of statements) await build(session.query, sql);
}

/** What comes after the rows: indexes, keys, owners and positions of sequences. */
export async function finishTables({ session, place, manifest }: Load, anew: Anew): Promise<void> {
  const { sequences, tables } = manifest.shape;
  const fresh = tables.filter(anew);
  const statements = [
    ...fresh.flatMap((table) => indexTable(table, place)),
    // A partition that already has its indexes gets no second ones from a table that stayed.
    ...fresh.flatMap((table) => attach(table, place)),
    ...fresh.flatMap((table) => attachIndexes(table, place)),
    ...sequences.filter(anew).flatMap((each) => ownSequence(each, place)),
    ...sequences.filter(anew).map((each) => setSequence(each, place)),
  ];
  for (const sql of statements) await build(session.query, sql);
}

/** Foreign keys of the tables that are `anew`. `known`: whether a key's target can be referred to. */
export async function addKeys({ session, place, manifest }: Load, anew: Anew, known: Anew): Promise<void> {
  for (const table of manifest.shape.tables.filter(anew)) {
    for (const key of table.foreign_keys.filter(({ target }) => known(target))) {
      await build(session.query, addForeignKey(table, key, place));
    }
  }
}

export const isInside =
  (shape: DatabaseShape) =>
  (target: Named): boolean =>
    shape.tables.some((each) => sameName(each, target));

/** A definition that doesn't take is a defect of the backup, or of what it needs around it; a lost connection is neither. */
async function build(query: Load["session"]["query"], sql: string): Promise<void> {
  try {
    await query(sql);
  } catch (error) {
    if (
      !(error instanceof RagStoreError) ||
      !/^(22|23|42|0A|3F)/.test(error.sqlState ?? "") ||
      error.code === "denied"
    ) {
      throw error;
    }
    const [first = ""] = sql.split("\n");
    throw new BackupError(
      `restore:refused ${error.sqlState}`,
      `The database refused \`${first.slice(0, 200)}\`: ${error.message}`,
      { cause: error },
    );
  }
}

/** Something that did not come back as it was backed up. */
export type Difference = { readonly finding: string; readonly text: string };

/** Loads these tables and says what of them is not what was backed up, by rows and by content. */
export async function loadTables(load: Load, tables: readonly SavedTable[]): Promise<void> {
  for (const table of tables) {
    load.signal?.throwIfAborted();
    await loadRows(load, table);
  }
}

export async function compareTables(load: Load, tables: readonly SavedTable[]): Promise<readonly Difference[]> {
  const differences: Difference[] = [];
  for (const table of tables) {
    load.signal?.throwIfAborted();
    const { session, manifest, place } = load;
    const shape = shapeOf(manifest, table);
    const found = await digestOfTable(session, placed(place, table), shape, { ...table, utf8: manifest.utf8 });
    const name = sayName(table);
    if (found.rows !== table.rows) {
      const text = `${name} came back with ${found.rows} of ${table.rows} rows`;
      differences.push({ finding: `${name}:rows`, text });
    } else if (found.digest !== table.digest) {
      differences.push({ finding: `${name}:content`, text: `the content of ${name} came back changed` });
    }
  }
  return differences;
}
