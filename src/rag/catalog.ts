import { z } from "zod";
import { readRows } from "#src/rag/read-row";
import type { StoreQuery } from "#src/rag/store";

const column = z.object({ name: z.string(), type: z.string(), formatted: z.string(), modifier: z.number() });
/** `type` is the bare type name (`_float4`, `vector`, `tsvector`), `formatted` as SQL says it (`vector(384)`). */
export type ColumnFacts = z.infer<typeof column>;

const key = z.object({
  expression: z.string(),
  generation: z.string().nullable(),
  searches: z.array(z.object({ operator: z.string(), argument: z.string() })),
});
/**
 * One key of an index. `generation`: what its column is computed from, when it is a generated one. `searches`: the operators
 * with a yes or no that the index answers, spelt with their schema, and the type of their right side.
 */
export type IndexKey = z.infer<typeof key>;

const index = z.object({
  name: z.string(),
  oid: z.string(),
  method: z.string(),
  valid: z.boolean(),
  predicate: z.string().nullable(),
  columns: z.array(z.string()),
  expressionOn: z.array(z.string()),
  derivedFrom: z.array(z.string()),
  expression: z.string().nullable(),
  expressionType: z.string().nullable(),
  operator: z.string().nullable(),
  keys: z.string().transform((text) => z.array(key).parse(JSON.parse(text))),
});
/**
 * An index as the catalog has it. `columns`: plain key columns. `expressionOn`: columns its expressions read.
 * `derivedFrom`: columns that its generated key columns are computed from. `expression`: the first key;
 * `expressionType`: the type its operator class takes (a GIN index stores another one).
 * `operator`: the distance operator of the first key, when the method can order by it.
 */
export type IndexFacts = z.infer<typeof index>;

/** The columns of a table (quoted name), by name; null when there is no such table. */
export async function readColumns(query: StoreQuery, table: string): Promise<ReadonlyMap<string, ColumnFacts> | null> {
  const found = await query<{ there: boolean }>("SELECT to_regclass($1) IS NOT NULL AS there", [table]);
  if (found[0]?.there !== true) return null;
  const rows = readRows(
    column,
    await query(
      `SELECT a.attname::text AS name, t.typname::text AS type, format_type(a.atttypid, a.atttypmod) AS formatted,
              a.atttypmod AS modifier
         FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
        WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped`,
      [table],
    ),
  );
  return new Map(rows.map((row) => [row.name, row]));
}

const KEY_NAMES = "coalesce(array_agg(DISTINCT a.attname::text), '{}')";

/** The indexes of a table (quoted name), also those of a partitioned one. */
export async function readIndexes(query: StoreQuery, table: string): Promise<readonly IndexFacts[]> {
  return readRows(
    index,
    await query(
      `SELECT c.relname::text AS name, i.indexrelid::text AS oid, am.amname::text AS method,
              i.indisvalid AND i.indisready AND i.indislive AS valid,
              pg_get_expr(i.indpred, i.indrelid) AS predicate,
              (SELECT ${KEY_NAMES} FROM pg_attribute a
                WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey[0:i.indnkeyatts - 1])) AS columns,
              (SELECT ${KEY_NAMES} FROM pg_depend d JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = d.refobjsubid
                WHERE i.indexprs IS NOT NULL AND d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
                  AND d.refclassid = 'pg_class'::regclass AND d.refobjid = i.indrelid AND d.refobjsubid > 0) AS "expressionOn",
              (SELECT ${KEY_NAMES} FROM pg_attrdef ad
                 JOIN pg_attribute g ON g.attrelid = ad.adrelid AND g.attnum = ad.adnum AND g.attgenerated <> ''
                 JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = i.indrelid AND d.refobjsubid > 0
                  AND ((d.classid = 'pg_attrdef'::regclass AND d.objid = ad.oid)
                    OR (d.classid = 'pg_class'::regclass AND d.objid = i.indrelid AND d.objsubid = ad.adnum))
                 JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = d.refobjsubid
                WHERE ad.adrelid = i.indrelid AND ad.adnum = ANY (i.indkey) AND a.attnum <> ad.adnum) AS "derivedFrom",
              pg_get_indexdef(i.indexrelid, 1, true) AS expression,
              (SELECT t.typname::text FROM pg_opclass oc JOIN pg_type t ON t.oid = oc.opcintype
                WHERE oc.oid = i.indclass[0]) AS "expressionType",
              (SELECT o.oprname::text FROM pg_opclass oc
                 JOIN pg_amop ao ON ao.amopfamily = oc.opcfamily AND ao.amoppurpose = 'o' AND ao.amoplefttype = oc.opcintype
                 JOIN pg_operator o ON o.oid = ao.amopopr WHERE oc.oid = i.indclass[0] LIMIT 1) AS operator,
              (SELECT coalesce(json_agg(json_build_object(
                   'expression', pg_get_indexdef(i.indexrelid, k, true),
                   'generation', (SELECT pg_get_expr(ad.adbin, ad.adrelid, true) FROM pg_attrdef ad
                     JOIN pg_attribute g ON g.attrelid = ad.adrelid AND g.attnum = ad.adnum AND g.attgenerated <> ''
                    WHERE ad.adrelid = i.indrelid AND ad.adnum = i.indkey[k - 1]),
                   'searches', (SELECT coalesce(json_agg(json_build_object(
                       'operator', format('OPERATOR(%I.%s)', s.nspname, o.oprname),
                       'argument', ao.amoprighttype::regtype::text) ORDER BY ao.amopstrategy), '[]')
                     FROM pg_amop ao JOIN pg_operator o ON o.oid = ao.amopopr JOIN pg_namespace s ON s.oid = o.oprnamespace
                    WHERE ao.amopfamily = oc.opcfamily AND ao.amoplefttype = oc.opcintype AND ao.amoppurpose = 's'
                      AND o.oprresult = 'boolean'::regtype)) ORDER BY k), '[]')::text
                 FROM generate_series(1, i.indnkeyatts::int) k JOIN pg_opclass oc ON oc.oid = i.indclass[k - 1]) AS keys
         FROM pg_index i
         JOIN pg_class c ON c.oid = i.indexrelid
         JOIN pg_am am ON am.oid = c.relam
        WHERE i.indrelid = to_regclass($1)
        ORDER BY c.relname`,
      [table],
    ),
  );
}

/** Names of an index and, for a partitioned one, of the indexes on its partitions: a plan names those. */
export async function indexFamily(query: StoreQuery, oid: string): Promise<ReadonlySet<string>> {
  const rows = readRows(
    z.object({ name: z.string() }),
    await query(
      `WITH RECURSIVE family AS (
         SELECT $1::oid AS oid UNION SELECT h.inhrelid FROM pg_inherits h JOIN family f ON h.inhparent = f.oid)
       SELECT c.relname::text AS name FROM family JOIN pg_class c USING (oid)`,
      [oid],
    ),
  );
  return new Set(rows.map((row) => row.name));
}
