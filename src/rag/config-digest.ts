import { z } from "zod";
import { readRow } from "#src/rag/read-row";
import type { StoreNames, StoreQuery } from "#src/rag/store";

/** Longest wait for the configuration table during a flip: a rollback must not hang on somebody's ALTER TABLE. */
const LOCK_WAIT_MS = 2_000;

const row = z.object({ digest: z.string().nullable() });

/**
 * SQL that answers `digest` of the configuration version in `$1`: SHA-256 of its body as Postgres prints it, NULL when there
 * is no such version or nothing in it. Computed there, so that a body with secrets in it never leaves the store for this.
 */
function configDigestSql({ table, version, body }: StoreNames["configs"]): string {
  const text = `nullif(nullif(btrim(${body}::text), ''), 'null')`;
  return `SELECT 'sha256:' || encode(sha256(convert_to(
       string_agg(${text}, E'\\n' ORDER BY ${text} COLLATE "C"), 'UTF8')), 'hex') AS digest
  FROM ${table} WHERE ${version}::text = $1`;
}

/** Digest of a configuration version's content as it stands now; null when there is none. */
export async function configDigest(
  query: StoreQuery,
  configs: StoreNames["configs"],
  version: string,
): Promise<string | null> {
  return readRow(row, await query(configDigestSql(configs), [version])).digest;
}

/**
 * The same inside a flip's transaction, where the answer is welcome and never a condition: a rollback has to work when the
 * configuration table can't be read. The savepoint keeps a failure, and the shorter wait, out of the flip.
 */
export async function configDigestIfReadable(
  query: StoreQuery,
  configs: StoreNames["configs"],
  version: string,
): Promise<string | null> {
  await query("SAVEPOINT golive_config_digest");
  try {
    await query(`SET LOCAL lock_timeout = ${LOCK_WAIT_MS}`);
    return await configDigest(query, configs, version);
  } catch {
    return null;
  } finally {
    await query("ROLLBACK TO SAVEPOINT golive_config_digest");
  }
}
