import { z } from "zod";
import type { CopySession } from "#src/backup/copy/session";
import { type FoundTable, readTables } from "#src/backup/schema/read-tables";
import {
  type DatabaseShape,
  extensionShape,
  type SequenceShape,
  sequenceShape,
  typeShape,
} from "#src/backup/schema/shape";
import { quoteIdentifier } from "#src/rag/quote";
import { readRow, readRows } from "#src/rag/read-row";

/** Types of the columns, with what they are made of: elements of arrays, bases of domains. */
const USED_TYPES = `WITH RECURSIVE used AS (
    SELECT a.atttypid AS oid FROM pg_attribute a WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
    UNION
    SELECT below.oid FROM used JOIN pg_type t ON t.oid = used.oid
      CROSS JOIN LATERAL (VALUES (t.typelem), (t.typbasetype)) AS below (oid) WHERE below.oid <> 0)`;

const TYPES = `${USED_TYPES}
  SELECT t.typtype::text AS typtype, json_build_object('schema', n.nspname, 'name', t.typname,
      'kind', CASE t.typtype WHEN 'e' THEN 'enum' ELSE 'domain' END)
    ::jsonb || CASE t.typtype WHEN 'e' THEN jsonb_build_object('labels',
      (SELECT jsonb_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid))
    ELSE jsonb_build_object('base', format_type(t.typbasetype, t.typtypmod), 'not_null', t.typnotnull,
      'default', pg_get_expr(t.typdefaultbin, 0),
      'collation', (SELECT format('%I.%I', cn.nspname, l.collname) FROM pg_collation l
        JOIN pg_namespace cn ON cn.oid = l.collnamespace
        JOIN pg_type b ON b.oid = t.typbasetype WHERE l.oid = t.typcollation AND t.typcollation <> b.typcollation),
      'checks', coalesce((SELECT jsonb_agg(jsonb_build_object('name', k.conname, 'definition', pg_get_constraintdef(k.oid))
        ORDER BY k.conname) FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c'), '[]')) END AS shape
  FROM used JOIN pg_type t ON t.oid = used.oid JOIN pg_namespace n ON n.oid = t.typnamespace
  WHERE t.typtype IN ('e', 'd') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    AND NOT EXISTS (SELECT 1 FROM pg_depend x WHERE x.classid = 'pg_type'::regclass AND x.objid = t.oid AND x.deptype = 'e')
  ORDER BY t.oid`;

/** Extensions that a column's type or an index's operator class or access method belongs to. */
const EXTENSIONS = `${USED_TYPES}, needed AS (
    SELECT 'pg_type'::regclass AS class, oid FROM used
    UNION SELECT 'pg_opclass'::regclass, unnest(i.indclass::oid[]) FROM pg_index i WHERE i.indrelid = ANY ($1::oid[])
    UNION SELECT 'pg_am'::regclass, c.relam FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
     WHERE i.indrelid = ANY ($1::oid[]))
  SELECT DISTINCT e.extname::text AS name, n.nspname::text AS schema, e.extversion AS version
  FROM needed JOIN pg_depend d ON d.classid = needed.class AND d.objid = needed.oid AND d.deptype = 'e'
    AND d.refclassid = 'pg_extension'::regclass
  JOIN pg_extension e ON e.oid = d.refobjid JOIN pg_namespace n ON n.oid = e.extnamespace ORDER BY name`;

/** Sequences that belong to a column, and those that a default takes its values from. */
const SEQUENCES = `WITH used AS (
    SELECT d.objid AS oid FROM pg_depend d JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'S'
     WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = ANY ($1::oid[])
       AND d.deptype IN ('a', 'i')
    UNION
    SELECT d.refobjid FROM pg_attrdef ad JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = ad.oid
      JOIN pg_class c ON c.oid = d.refobjid AND c.relkind = 'S'
     WHERE ad.adrelid = ANY ($1::oid[]) AND d.refclassid = 'pg_class'::regclass)
  SELECT n.nspname::text AS schema, c.relname::text AS name, format_type(s.seqtypid, NULL) AS type,
    s.seqstart::text AS start, s.seqincrement::text AS increment, s.seqmin::text AS min, s.seqmax::text AS max,
    s.seqcache::text AS cache, s.seqcycle AS cycle, has_sequence_privilege(c.oid, 'SELECT') AS readable,
    (SELECT json_build_object('schema', tn.nspname, 'name', tc.relname, 'column', a.attname, 'identity', d.deptype = 'i')
       FROM pg_depend d JOIN pg_class tc ON tc.oid = d.refobjid JOIN pg_namespace tn ON tn.oid = tc.relnamespace
       JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass
        AND d.deptype IN ('a', 'i') AND d.refobjid = ANY ($1::oid[]))::text AS owner
  FROM used JOIN pg_class c ON c.oid = used.oid JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_sequence s ON s.seqrelid = c.oid ORDER BY schema, name`;

const sequenceRow = sequenceShape
  .omit({ owner: true, last_value: true, is_called: true })
  .extend({ readable: z.boolean(), owner: z.string().nullable() });

/** The tables of these quoted names and all that they are made of; the session's search path must be empty. */
export async function readShape(
  session: CopySession,
  asked: readonly string[],
): Promise<{ readonly tables: readonly FoundTable[]; readonly shape: DatabaseShape }> {
  const tables = await readTables(session, asked);
  const oids = [tables.map(({ oid }) => oid)];
  const types = await session.query(TYPES, oids);
  const extensions = await session.query(EXTENSIONS, oids);
  const sequences: SequenceShape[] = [];
  for (const row of readRows(sequenceRow, await session.query(SEQUENCES, oids))) {
    const { readable, owner: text, ...rest } = row;
    const owner = sequenceShape.shape.owner.parse(text === null ? null : JSON.parse(text));
    sequences.push({ ...rest, owner, ...(await positionOf(session, { ...rest, owner }, readable)) });
  }
  return {
    tables,
    shape: {
      extensions: readRows(extensionShape, extensions),
      types: readRows(z.object({ shape: typeShape }), types).map((row) => row.shape),
      sequences,
      tables: tables.map((table) => table.shape),
    },
  };
}

/** Where a sequence stands. A role that may read the table but not its sequence still sees the highest value in the column. */
async function positionOf(
  session: CopySession,
  { schema, name, start, owner }: Pick<SequenceShape, "schema" | "name" | "start" | "owner">,
  readable: boolean,
): Promise<Pick<SequenceShape, "last_value" | "is_called">> {
  if (readable) {
    const sequence = `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
    const sql = `SELECT last_value::text AS last_value, is_called FROM ${sequence}`;
    return readRow(z.object({ last_value: z.string(), is_called: z.boolean() }), await session.query(sql));
  }
  if (owner === null) return { last_value: start, is_called: false };
  const table = `${quoteIdentifier(owner.schema)}.${quoteIdentifier(owner.name)}`;
  const sql = `SELECT max(${quoteIdentifier(owner.column)})::text AS highest FROM ${table}`;
  const { highest } = readRow(z.object({ highest: z.string().nullable() }), await session.query(sql));
  return { last_value: highest ?? start, is_called: highest !== null };
}
