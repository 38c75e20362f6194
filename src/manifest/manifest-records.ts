import { canonicalJson, type Json, sha256 } from "#src/manifest/canonical";
import type { Manifest } from "#src/manifest/collect-manifest";
import { ManifestError } from "#src/manifest/manifest-error";

/** What these records need of Golive's own database: a pool or a client of `pg`. */
export interface Queryable {
  query<R extends Record<string, unknown>>(text: string, values?: unknown[]): Promise<{ rows: R[] }>;
}

/** Keeps a manifest under its hash. Keeping the same one again changes nothing; the table takes no updates. */
export async function saveManifest(database: Queryable, manifest: Manifest): Promise<void> {
  await database.query(
    "INSERT INTO golive.manifest (hash, service, body) VALUES ($1, $2, $3) ON CONFLICT (hash) DO NOTHING",
    [manifest.hash, manifest.service, manifest.text],
  );
}

/** A kept manifest, or null. Throws `ManifestError` when its text no longer has the hash it was kept under. */
export async function loadManifest(
  database: Queryable,
  hash: string,
): Promise<{ readonly hash: string; readonly service: string; readonly body: Json } | null> {
  const { rows } = await database.query<{ service: string; body: string }>(
    "SELECT service, body FROM golive.manifest WHERE hash = $1",
    [hash],
  );
  const row = rows[0];
  if (row === undefined) return null;
  const body: Json = JSON.parse(row.body);
  if (sha256(row.body) !== hash || canonicalJson(body) !== row.body) throw new ManifestError(hash);
  return { hash, service: row.service, body };
}

/** The hash that starts with `prefix`, when exactly one of the service's manifests does. */
export async function findManifest(database: Queryable, service: string, prefix: string): Promise<string | null> {
  if (!/^[0-9a-f]{6,64}$/.test(prefix)) return null;
  const { rows } = await database.query<{ hash: string }>(
    "SELECT hash FROM golive.manifest WHERE service = $1 AND starts_with(hash, $2) LIMIT 2",
    [service, prefix],
  );
  return rows.length === 1 ? (rows[0]?.hash ?? null) : null;
}
