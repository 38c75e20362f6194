import { z } from "zod";
import { readRows } from "#src/rag/read-row";
import type { SqlRunner } from "#src/rag/sql-runner";
import type { StoreNames, StoreQuery } from "#src/rag/store";
import { RagStoreError } from "#src/rag/store-error";
import { digestOf } from "#src/release/hash";

/** `present`: it stood there already, with the same content; `different`: with another one, and nothing was changed. */
export type ConfigInsert = "written" | "present" | "different";

const rowSchema = z.object({ body: z.unknown() });

/**
 * Inserts a configuration version unless there is one of that name; one that is there is compared and never changed. In one transaction, so that
 * two who do it at once make one row also where the table has no unique constraint. `body`: JSON. Throws `RagStoreError`.
 */
export async function insertConfig(
  runner: SqlRunner,
  configs: StoreNames["configs"],
  version: string,
  body: unknown,
): Promise<ConfigInsert> {
  try {
    return await runner.transaction("write", (query) => insertUnlessThere(query, configs, version, body));
  } catch (error) {
    // Somebody else's transaction was faster: what it left is compared.
    if (!(error instanceof RagStoreError) || error.sqlState !== UNIQUE_VIOLATION) throw error;
    return runner.transaction("write", (query) => insertUnlessThere(query, configs, version, body));
  }
}

const UNIQUE_VIOLATION = "23505";

async function insertUnlessThere(
  query: StoreQuery,
  configs: StoreNames["configs"],
  version: string,
  body: unknown,
): Promise<ConfigInsert> {
  const { table, version: name, body: content } = configs;
  await query("SELECT pg_advisory_xact_lock(hashtextextended('golive configuration ' || $1::text, 0))", [version]);
  const sql = `SELECT ${content} AS body FROM ${table} WHERE ${name}::text = $1`;
  const there = readRows(rowSchema, await query(sql, [version]));
  if (there.length > 0) {
    const wanted = digestOf(body);
    return there.every((row) => digestOf(parsedBody(row.body)) === wanted) ? "present" : "different";
  }
  await query(`INSERT INTO ${table} (${name}, ${content}) VALUES ($1, $2)`, [version, JSON.stringify(body)]);
  return "written";
}

/** A configuration kept as text is read as JSON where it is JSON. */
export function parsedBody(body: unknown): unknown {
  if (typeof body !== "string") return body;
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

/** What a person with the right to it types to insert the same version: made from the base in the store, so that no secret of it is in here. */
export function insertStatement(
  { table, version, body }: StoreNames["configs"],
  base: string,
  name: string,
  changes: readonly { readonly path: string; readonly to: unknown }[],
): string {
  const changed = changes.reduce((inner, { path, to }) => {
    const keys = literal(
      `{${path
        .split(".")
        .map((key) => JSON.stringify(key))
        .join(",")}}`,
    );
    return to === null ? `(${inner} #- ${keys})` : `jsonb_set(${inner}, ${keys}, ${literal(JSON.stringify(to))})`;
  }, `${body}::jsonb`);
  return `INSERT INTO ${table} (${version}, ${body}) SELECT ${literal(name)}, ${changed} FROM ${table} WHERE ${version}::text = ${literal(base)};`;
}

/** A text as SQL writes it, whatever `standard_conforming_strings` says. */
const literal = (text: string): string =>
  text.includes("\\") ? `E'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'` : `'${text.replaceAll("'", "''")}'`;
