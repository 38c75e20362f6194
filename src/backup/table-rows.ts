import { z } from "zod";
import { canonicalJson } from "#src/manifest/canonical";
import { quoteIdentifier } from "#src/rag/quote";
import { readRow } from "#src/rag/read-row";
import type { StoreQuery } from "#src/rag/store";

export type Column = { readonly name: string; readonly type: string };
export type Rows = readonly (readonly (string | null)[])[];

/**
 * All rows of a table as Postgres prints them, in order of their canonical text. Pass a quoted name.
 * The rows come as one JSON array per row, so that no driver setting decides how a value is parsed.
 */
export async function readTableRows(query: StoreQuery, table: string, columns: readonly Column[]): Promise<Rows> {
  const list = columns.map(({ name }) => `t.${quoteIdentifier(name)}::text`).join(", ");
  const rows = await query<{ row: string }>(`SELECT to_json(ARRAY[${list}])::text AS row FROM ${table} AS t`);
  const texts: (string | null)[][] = rows.map(({ row }) => z.array(z.string().nullable()).parse(JSON.parse(row)));
  return texts
    .map((row) => ({ row, key: canonicalJson(row) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ row }) => row);
}

/** Count and order-free digest of a table, computed by Postgres; same form of hash as a run's (docs/rag-store.md). */
export async function tableDigest(query: StoreQuery, table: string, columns: readonly Column[]): Promise<string> {
  const row = (seed: 1 | 2): string =>
    columns.reduce(
      (inner, { name }) =>
        `hashtextextended(coalesce('=' || t.${quoteIdentifier(name)}::text, '-') COLLATE "C", ${inner})`,
      `${seed}`,
    );
  const sql = `SELECT count(*) || ':' || left(encode(sha256(convert_to(
    coalesce(sum(${row(1)}), 0) || ',' || coalesce(sum(${row(2)}), 0), 'UTF8')), 'hex'), 32) AS digest FROM ${table} AS t`;
  return readRow(z.object({ digest: z.string() }), await query(sql)).digest;
}

/** Puts printed rows back into a table, each value read by its column's type. */
export async function insertRows(
  query: StoreQuery,
  table: string,
  columns: readonly Column[],
  rows: Rows,
): Promise<void> {
  if (rows.length === 0) return;
  const names = columns.map(({ name }) => quoteIdentifier(name));
  const values = columns.map((_, at) => rows.map((row) => row[at] ?? null));
  const aliases = columns.map((_, at) => `c${at}`);
  await query(
    `INSERT INTO ${table} (${names.join(", ")})
     SELECT ${columns.map(({ type }, at) => `u.c${at}::${type}`).join(", ")}
       FROM unnest(${columns.map((_, at) => `$${at + 1}::text[]`).join(", ")}) AS u(${aliases.join(", ")})`,
    values,
  );
}
