import type { RowSums } from "#src/backup/copy/row-digest";
import { quoteIdentifier } from "#src/rag/quote";

/** A column as the digest reads it. `send`: SQL name of the function that gives a value's binary form. */
export type DigestColumn = { readonly name: string; readonly base: string; readonly send: string };

/** Bytes of the binary form of types whose values are all equally long. */
const FIXED: Readonly<Record<string, number>> = {
  bool: 1,
  int2: 2,
  int4: 4,
  int8: 8,
  float4: 4,
  float8: 8,
  uuid: 16,
  date: 4,
  timestamp: 8,
  timestamptz: 8,
};

const TEXTS: ReadonlySet<string> = new Set(["text", "varchar", "bpchar"]);

/**
 * SQL that answers `rows`, `first`, `second` over a table, as the digest of its binary COPY: each row is hashed as COPY would
 * write its values, length and bytes, computed where the rows are. A value whose length isn't known beforehand is made in a
 * subquery, because it would else be made twice; `OFFSET 0` keeps the planner from merging that, and the whole row's. `utf8`: the database's encoding is, so that a text's length is its form's.
 */
export function rowDigestSql(table: string, columns: readonly DigestColumn[], utf8: boolean): string {
  const row = columns.map((column) => value(column, utf8)).join(" || ");
  const sum = (from: number): string =>
    `coalesce(sum(('x' || encode(substr(h, ${from}, 8), 'hex'))::bit(64)::bigint), 0)::text`;
  return `SELECT count(*)::text AS rows, ${sum(1)} AS first, ${sum(9)} AS second
    FROM (SELECT sha256(${row === "" ? "''::bytea" : row}) AS h FROM ONLY ${table} AS t OFFSET 0) AS hashed`;
}

function value({ name, base, send }: DigestColumn, utf8: boolean): string {
  const column = `t.${quoteIdentifier(name)}`;
  const fixed = FIXED[base];
  const sent = `${send}(${column})`;
  const absent = "'\\xffffffff'::bytea";
  if (fixed !== undefined) return `coalesce(int4send(${fixed}) || ${sent}, ${absent})`;
  if (utf8 && TEXTS.has(base)) return `coalesce(int4send(octet_length(${column})) || ${sent}, ${absent})`;
  return `coalesce((SELECT int4send(octet_length(s.v)) || s.v FROM (SELECT ${sent} AS v OFFSET 0) AS s), ${absent})`;
}

/** The answer of `rowDigestSql`. */
export function sumsFromRow(row: { readonly rows: string; readonly first: string; readonly second: string }): RowSums {
  return { rows: Number(row.rows), first: BigInt(row.first), second: BigInt(row.second) };
}
