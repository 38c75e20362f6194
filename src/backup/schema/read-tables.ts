import { z } from "zod";
import { BackupError } from "#src/backup/backup-error";
import type { CopySession } from "#src/backup/copy/session";
import { type TableShape, tableShape } from "#src/backup/schema/shape";
import { readRows } from "#src/rag/read-row";

const parsedJson = <S extends z.ZodType>(schema: S) => z.string().transform((text) => schema.parse(JSON.parse(text)));

const found = z.object({
  oid: z.string(),
  asked: z.string(),
  relkind: z.string(),
  inherits: z.boolean(),
  shape: parsedJson(tableShape),
});

/** A table with its oid, and the name that it, or what it is a partition of, was asked for under. */
export type FoundTable = { readonly oid: string; readonly asked: string; readonly shape: TableShape };

const KINDS: Readonly<Record<string, string>> = { v: "a view", m: "a materialized view", f: "a foreign table" };

/** The schema and name of a relation as JSON. */
const NAMED = (oid: string): string =>
  `(SELECT json_build_object('schema', n.nspname, 'name', c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = ${oid})`;

const PARENT_INDEX = (oid: string): string =>
  `(SELECT ${NAMED("h.inhparent")} FROM pg_inherits h WHERE h.inhrelid = ${oid})`;

const listed = (of: string): string => `coalesce((${of}), '[]'::json)`;

const COLUMNS = listed(`SELECT json_agg(json_build_object(
    'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'base', b.typname,
    'send', CASE WHEN b.typsend = 0 THEN '' ELSE (SELECT format('%I.%I', n.nspname, p.proname)
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.oid = b.typsend) END,
    'collation', (SELECT format('%I.%I', n.nspname, l.collname) FROM pg_collation l
      JOIN pg_namespace n ON n.oid = l.collnamespace WHERE l.oid = a.attcollation AND a.attcollation <> t.typcollation),
    'not_null', a.attnotnull,
    'default', CASE WHEN a.attgenerated = '' OR d.adbin IS NOT NULL THEN pg_get_expr(d.adbin, d.adrelid) END,
    'generated', CASE a.attgenerated WHEN 's' THEN 'stored' WHEN 'v' THEN 'virtual' END,
    'identity', CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END) ORDER BY a.attnum)
  FROM pg_attribute a
  JOIN pg_type t ON t.oid = a.atttypid
  JOIN LATERAL (WITH RECURSIVE down AS (SELECT a.atttypid AS oid UNION ALL
      SELECT u.typbasetype FROM down JOIN pg_type u ON u.oid = down.oid WHERE u.typtype = 'd')
    SELECT y.* FROM down JOIN pg_type y ON y.oid = down.oid WHERE y.typtype <> 'd') b ON true
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped`);

const CHECKS =
  listed(`SELECT json_agg(json_build_object('name', k.conname, 'definition', pg_get_constraintdef(k.oid)) ORDER BY k.conname)
  FROM pg_constraint k WHERE k.conrelid = r.oid AND k.contype = 'c'`);

const CONSTRAINTS =
  listed(`SELECT json_agg(json_build_object('name', k.conname, 'definition', pg_get_constraintdef(k.oid),
    'parent', ${PARENT_INDEX("k.conindid")}) ORDER BY k.contype, k.conname)
  FROM pg_constraint k WHERE k.conrelid = r.oid AND k.contype IN ('p', 'u', 'x')`);

/** An index that is being built, or whose building failed, is none. */
const INDEXES =
  listed(`SELECT json_agg(json_build_object('name', c.relname, 'definition', pg_get_indexdef(i.indexrelid),
    'parent', ${PARENT_INDEX("i.indexrelid")}) ORDER BY c.relname)
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
  WHERE i.indrelid = r.oid AND i.indisvalid
    AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))`);

/** Those of a partition that it has through its parent come back with the parent's. */
const FOREIGN_KEYS =
  listed(`SELECT json_agg(json_build_object('name', k.conname, 'definition', pg_get_constraintdef(k.oid),
    'target', ${NAMED("k.confrelid")}) ORDER BY k.conname)
  FROM pg_constraint k WHERE k.conrelid = r.oid AND k.contype = 'f' AND k.conparentid = 0`);

const SQL = `WITH RECURSIVE wanted AS (
    SELECT w.asked, to_regclass(w.asked)::oid AS oid, '' AS path FROM unnest($1::text[]) AS w (asked)
    UNION ALL
    SELECT f.asked, h.inhrelid, f.path || ' ' || h.inhrelid
      FROM wanted f JOIN pg_class p ON p.oid = f.oid AND p.relkind = 'p' JOIN pg_inherits h ON h.inhparent = f.oid)
  SELECT f.oid::text AS oid, f.asked, r.relkind::text AS relkind,
    r.relkind = 'r' AND EXISTS (SELECT 1 FROM pg_inherits h WHERE h.inhparent = r.oid) AS inherits,
    json_build_object('schema', n.nspname, 'name', r.relname,
      'kind', CASE r.relkind WHEN 'p' THEN 'partitioned' ELSE 'table' END,
      'unlogged', r.relpersistence = 'u',
      'parent', (SELECT json_build_object('schema', pn.nspname, 'name', p.relname, 'bound', pg_get_expr(r.relpartbound, r.oid))
        FROM pg_inherits h JOIN pg_class p ON p.oid = h.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace
       WHERE h.inhrelid = r.oid AND r.relispartition),
      'partition_key', pg_get_partkeydef(r.oid),
      'columns', ${COLUMNS}, 'checks', ${CHECKS}, 'constraints', ${CONSTRAINTS}, 'indexes', ${INDEXES},
      'foreign_keys', ${FOREIGN_KEYS})::text AS shape
  FROM wanted f JOIN pg_class r ON r.oid = f.oid JOIN pg_namespace n ON n.oid = r.relnamespace
  ORDER BY f.path, f.asked`;

/**
 * The tables of these quoted names and all their partitions, a parent before its parts. One that is not there is left out. The
 * session must have an empty search path, so that every definition names its schemas. Throws `BackupError` for what is no table.
 */
export async function readTables(session: CopySession, asked: readonly string[]): Promise<readonly FoundTable[]> {
  const rows = readRows(found, await session.query(SQL, [[...new Set(asked)]]));
  return rows.map(({ oid, asked: name, relkind, inherits, shape }) => {
    const other = KINDS[relkind];
    if (other !== undefined || (relkind !== "r" && relkind !== "p")) {
      throw new BackupError(`${name}:no-table`, `${name} is ${other ?? "no table"}: only tables can be backed up.`);
    }
    if (inherits) {
      const why = "has child tables by inheritance, whose rows would be left out";
      throw new BackupError(`${name}:inheritance`, `The table ${name} ${why}: no backup was taken.`);
    }
    return { oid, asked: name, shape };
  });
}
