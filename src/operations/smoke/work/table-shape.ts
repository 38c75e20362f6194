import { z } from "zod";
import { readRow, readRows } from "#src/rag/read-row";
import type { StoreQuery } from "#src/rag/store";

const column = z.object({
  name: z.string(),
  quoted: z.string(),
  type: z.string(),
  /** NOT NULL, and nothing fills it by itself. */
  required: z.boolean(),
  /** A default or an identity fills it, where nobody does. */
  filled: z.boolean(),
  generated: z.boolean(),
});
/** A column as an INSERT has to know it. `type`: the bare name, `_float4`, `vector`. */
export type ColumnShape = z.infer<typeof column>;

/** The columns of a table (quoted name) by their quoted names. Empty: there is no such table. */
export async function readShape(query: StoreQuery, table: string): Promise<ReadonlyMap<string, ColumnShape>> {
  const rows = readRows(
    column,
    await query(
      `SELECT a.attname::text AS name, '"' || replace(a.attname::text, '"', '""') || '"' AS quoted, t.typname::text AS type,
              a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' AS required,
              (a.atthasdef AND a.attgenerated = '') OR a.attidentity <> '' AS filled, a.attgenerated <> '' AS generated
         FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
        WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped`,
      [table],
    ),
  );
  return new Map(rows.map((row) => [row.quoted, row]));
}

const WANTED = ["SELECT", "INSERT", "DELETE"] as const;

/** The rights among SELECT, INSERT and DELETE that this role doesn't have on a table; the role's name. */
export async function missingRights(
  query: StoreQuery,
  table: string,
): Promise<{ readonly role: string; readonly missing: readonly string[] }> {
  const tested = WANTED.map((right) => `has_table_privilege($1, '${right}') AS "${right}"`).join(", ");
  const [row] = await query<Record<string, unknown>>(`SELECT current_user::text AS role, ${tested}`, [table]);
  const role = readRow(z.object({ role: z.string() }), row === undefined ? [] : [row]).role;
  return { role, missing: WANTED.filter((right) => row?.[right] !== true) };
}
