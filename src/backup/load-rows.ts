import { BackupError } from "#src/backup/backup-error";
import { unpackRows } from "#src/backup/copy/pack";
import { contentDigest, createRowDigester, type RowSums } from "#src/backup/copy/row-digest";
import { rowDigestSql, sumsFromRow } from "#src/backup/copy/row-digest-sql";
import type { Sealer } from "#src/backup/copy/seal";
import type { CopySession } from "#src/backup/copy/session";
import { type BackupManifest, folderOf, type SavedTable } from "#src/backup/manifest";
import { columnList, copiedColumns, formatOf } from "#src/backup/plan-copy";
import { type Place, placed } from "#src/backup/schema/place";
import { sameName, sayName, type TableShape } from "#src/backup/schema/shape";
import type { BackupStorage } from "#src/backup/storage/storage";
import { partDamage } from "#src/backup/verify-backup";
import { RagStoreError } from "#src/rag/store-error";

/** Where rows come from and where they go. */
export type Load = {
  readonly session: CopySession;
  readonly storage: BackupStorage;
  readonly sealer: Sealer | null;
  readonly manifest: BackupManifest;
  readonly place: Place;
  readonly signal?: AbortSignal;
};

/** The shape of a saved table. Throws `BackupError` for a manifest that doesn't have it. */
export function shapeOf(manifest: BackupManifest, table: SavedTable): TableShape {
  const shape = manifest.shape.tables.find((each) => sameName(each, table));
  if (shape === undefined) {
    throw new BackupError("manifest:sums", `The manifest of ${manifest.id} does not describe ${sayName(table)}.`);
  }
  return shape;
}

/** Feeds a table's parts into it. Throws `BackupError` naming the file for bytes that are not what was stored. */
export async function loadRows(load: Load, table: SavedTable): Promise<void> {
  const { session, storage, sealer, manifest, place, signal } = load;
  const into = `${placed(place, table)} (${columnList(shapeOf(manifest, table))})`;
  for (const part of table.parts) {
    const stored = await storage.read(`${folderOf(manifest.service, manifest.id)}/${part.file}`, signal);
    const { rows, facts } = unpackRows(stored, table.format, sealer);
    try {
      await session.copyIn(`COPY ${into} FROM STDIN ${formatOf(table.format)}`, rows);
    } catch (error) {
      stored.destroy();
      throw error instanceof RagStoreError && /^2[23]/.test(error.sqlState ?? "")
        ? new BackupError(
            `${sayName(table)}:refused`,
            `The rows of ${sayName(table)} don't go back: ${error.message}`,
            {
              cause: error,
            },
          )
        : error;
    }
    const [damage] = partDamage(table, part, facts());
    if (damage !== undefined) throw new BackupError(damage.finding, `The backup ${manifest.id}: ${damage.text}.`);
  }
}

/**
 * Rows and content digest of a table as it stands in the session's database, in the form that the backup's own has. Where values
 * have no portable binary form the rows are read and digested here.
 */
export async function digestOfTable(
  session: CopySession,
  name: string,
  shape: TableShape,
  { format, utf8 }: { readonly format: SavedTable["format"]; readonly utf8: boolean },
): Promise<{ readonly rows: number; readonly digest: string }> {
  const sums = format === "binary" ? await sumsThere(session, name, shape, utf8) : await sumsHere(session, name, shape);
  return { rows: sums.rows, digest: contentDigest(sums) };
}

async function sumsThere(session: CopySession, name: string, shape: TableShape, utf8: boolean): Promise<RowSums> {
  const rows = await session.query<{ rows: string; first: string; second: string }>(
    rowDigestSql(name, copiedColumns(shape), utf8),
  );
  const row = rows[0];
  if (row === undefined) throw new RagStoreError("failed", `The digest of ${name} came back without a row.`);
  return sumsFromRow(row);
}

async function sumsHere(session: CopySession, name: string, shape: TableShape): Promise<RowSums> {
  const digester = createRowDigester("text");
  const sql = `COPY (SELECT ${columnList(shape)} FROM ONLY ${name}) TO STDOUT ${formatOf("text")}`;
  for await (const piece of session.copyOut(sql)) digester.push(piece);
  return digester.end();
}
