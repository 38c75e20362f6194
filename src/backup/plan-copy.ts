import { z } from "zod";
import { BackupError } from "#src/backup/backup-error";
import type { CopyFormat } from "#src/backup/copy/row-digest";
import type { CopySession } from "#src/backup/copy/session";
import type { FoundTable } from "#src/backup/schema/read-tables";
import { type ColumnShape, type Named, sayName, type TableShape } from "#src/backup/schema/shape";
import { quoteIdentifier } from "#src/rag/quote";
import { dbNumber, readRow, readRows } from "#src/rag/read-row";

/** Pages of a table that one part takes: 128 MB of its heap. */
const PAGES = 16_384;

/** Columns whose rows are copied: a generated one is computed again. */
export const copiedColumns = (table: TableShape): readonly ColumnShape[] =>
  table.columns.filter(({ generated }) => generated === null);

export const sqlName = ({ schema, name }: Named): string => `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;

export const columnList = (table: TableShape): string =>
  copiedColumns(table)
    .map(({ name }) => quoteIdentifier(name))
    .join(", ");

/** What `COPY` needs after its table: the same for both ways. */
export const formatOf = (format: CopyFormat): string => `(FORMAT ${format})`;

/** One `COPY … TO STDOUT`, in the order of their being made. */
export type CopyStep = { readonly table: FoundTable; readonly format: CopyFormat; readonly sql: string };

/**
 * Values that name an object of this database by its number mean nothing elsewhere: those of `reg…` types, and arrays and
 * rows of types that were made here. Their table is copied as text.
 */
const UNPORTABLE = `SELECT DISTINCT a.attrelid::text AS oid FROM pg_attribute a
  JOIN LATERAL (WITH RECURSIVE down AS (SELECT a.atttypid AS oid UNION ALL
      SELECT u.typbasetype FROM down JOIN pg_type u ON u.oid = down.oid WHERE u.typtype = 'd')
    SELECT y.* FROM down JOIN pg_type y ON y.oid = down.oid WHERE y.typtype <> 'd') b ON true
  WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    AND (b.typsend = 0 OR b.typtype = 'c' OR (b.typcategory = 'A' AND b.typelem >= 16384) OR b.typname ~ '^reg'
      OR b.typtype IN ('r', 'm') AND b.oid >= 16384)`;

/** The steps for these tables: those with rows of their own, long ones in ranges of pages, so that readers can share them. */
export async function planCopy(session: CopySession, tables: readonly FoundTable[]): Promise<readonly CopyStep[]> {
  const own = tables.filter(({ shape }) => shape.kind === "table");
  const oids = [own.map(({ oid }) => oid)];
  const asText = new Set(
    readRows(z.object({ oid: z.string() }), await session.query(UNPORTABLE, oids)).map((r) => r.oid),
  );
  const steps: (CopyStep & { readonly pages: number })[] = [];
  for (const table of own) {
    const { oid, shape } = table;
    if (copiedColumns(shape).length === 0) {
      throw new BackupError(
        `${sayName(shape)}:no-columns`,
        `The table ${sayName(shape)} has no column that could be copied: no backup was taken.`,
      );
    }
    const size = await session.query(
      "SELECT pg_relation_size($1::oid::regclass) / current_setting('block_size')::int AS pages",
      [oid],
    );
    const { pages } = readRow(z.object({ pages: dbNumber }), size);
    const format = asText.has(oid) ? "text" : "binary";
    const ranges = rangesOf(pages);
    for (const range of ranges) {
      const select = `SELECT ${columnList(shape)} FROM ONLY ${sqlName(shape)}${range}`;
      steps.push({
        table,
        format,
        sql: `COPY (${select}) TO STDOUT ${formatOf(format)}`,
        pages: pages / ranges.length,
      });
    }
  }
  // Long ones first: the readers end at about the same time.
  return steps.sort((a, b) => b.pages - a.pages);
}

/** Conditions that share out a table of so many pages; the last one is open, should it grow meanwhile. */
function rangesOf(pages: number): readonly string[] {
  const parts = Math.max(1, Math.ceil(pages / PAGES));
  if (parts === 1) return [""];
  return Array.from({ length: parts }, (_, at) => {
    const [from, to] = [at * PAGES, (at + 1) * PAGES];
    const below = at === parts - 1 ? "" : ` AND ctid < '(${to},0)'`;
    return ` WHERE ctid >= '(${from},0)'${below}`;
  });
}
