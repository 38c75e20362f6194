import { BackupError } from "#src/backup/backup-error";
import { unpackRows } from "#src/backup/copy/pack";
import { contentDigest, createRowDigester, type RowSums } from "#src/backup/copy/row-digest";
import { rowDigestSql, sumsFromRow } from "#src/backup/copy/row-digest-sql";
import type { Sealer } from "#src/backup/copy/seal";
import type { CopySession } from "#src/backup/copy/session";
import { type BackupManifest, folderOf, type Part, type SavedTable } from "#src/backup/manifest";
import { columnList, copiedColumns, formatOf } from "#src/backup/plan-copy";
import { type Place, placed } from "#src/backup/schema/place";
import { sameName, sayName, type TableShape } from "#src/backup/schema/shape";
import type { BackupStorage } from "#src/backup/storage/storage";
import { StorageError } from "#src/backup/storage/storage-error";
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

/** Feeds a table's parts into it; `only`: a condition with `WHERE`, for rows that are left out. Throws `BackupError` naming the file for bytes that are not what was stored. */
export async function loadRows(load: Load, table: SavedTable, only = ""): Promise<void> {
  const { session, manifest, place, signal } = load;
  const into = `${placed(place, table)} (${columnList(shapeOf(manifest, table))})`;
  for (const part of table.parts) {
    const { rows, facts, failure } = await openPart(load, table, part);
    try {
      await session.copyIn(`COPY ${into} FROM STDIN ${formatOf(table.format)}${only}`, rows);
    } catch (error) {
      signal?.throwIfAborted();
      throw failure() ?? refusal(table, error);
    }
    const [damage] = partDamage(table, part, facts());
    if (damage !== undefined) throw new BackupError(damage.finding, `The backup ${manifest.id}: ${damage.text}.`);
  }
}

/**
 * A part's rows on their way back. `failure`: what went wrong on that way, after the rows broke off; a file that is gone or can't
 * be read is a defect of the backup, and not of the database that waits for its rows.
 */
async function openPart({ storage, sealer, manifest, signal }: Load, table: SavedTable, part: Part) {
  let failure: unknown = null;
  const name = `${part.file} (${sayName(table)})`;
  const damaged = (what: string, why: string): BackupError =>
    new BackupError(`${part.file}:${what}`, `The backup ${manifest.id} is damaged: ${name} ${why}.`);
  const isMissing = (error: unknown) => error instanceof StorageError && error.code === "missing";
  const key = `${folderOf(manifest.service, manifest.id)}/${part.file}`;
  const stored = await storage.read(key, signal).catch((error: unknown) => {
    throw isMissing(error) ? damaged("missing", "is missing") : error;
  });
  const unpacked = unpackRows(stored, table.format, sealer);
  async function* rows() {
    try {
      yield* unpacked.rows;
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      if (isMissing(error)) failure = damaged("missing", "is missing");
      else failure = error instanceof StorageError ? error : damaged("unreadable", `can't be read: ${said}`);
      throw failure;
    } finally {
      stored.destroy();
    }
  }
  return { rows: rows(), facts: unpacked.facts, failure: () => failure };
}

/** Rows that the table doesn't take are a defect of the backup; anything else is the database's own. */
function refusal(table: SavedTable, error: unknown): unknown {
  if (!(error instanceof RagStoreError) || !/^2[23]/.test(error.sqlState ?? "")) return error;
  const text = `The rows of ${sayName(table)} don't go back: ${error.message}`;
  return new BackupError(`${sayName(table)}:refused`, text, { cause: error });
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
