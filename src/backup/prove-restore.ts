import { z } from "zod";
import { PRINT_SETTINGS } from "#src/backup/backup-document";
import { BackupError } from "#src/backup/backup-error";
import {
  addKeys,
  buildTables,
  compareTables,
  type Difference,
  finishTables,
  isInside,
  loadTables,
} from "#src/backup/build-tables";
import type { Sealer } from "#src/backup/copy/seal";
import { type CopySession, type CopySource, SESSION_SETTINGS } from "#src/backup/copy/session";
import type { Load } from "#src/backup/load-rows";
import { type BackupManifest, readManifest } from "#src/backup/manifest";
import { SCRATCH_PREFIX } from "#src/backup/prove-backup";
import { type Place, placed } from "#src/backup/schema/place";
import { type Named, rootOf, sameName } from "#src/backup/schema/shape";
import type { BackupStorage } from "#src/backup/storage/storage";
import { sealerFor } from "#src/backup/verify-backup";
import { readPointer } from "#src/rag/flip-ledger";
import { quoteIdentifier } from "#src/rag/quote";
import { dbNumber, readRow, readRows } from "#src/rag/read-row";
import type { StoreNames } from "#src/rag/store";

/** What a restore into a scratch schema came to; `differences` is empty when the backup is proven. */
export type RestoreProof = {
  readonly proven: boolean;
  readonly manifest: BackupManifest | null;
  readonly tables: number;
  readonly rows: number;
  readonly differences: readonly Difference[];
};

export type ProveOptions = {
  readonly id: string;
  readonly service: string;
  readonly names: StoreNames;
  readonly source: CopySource;
  readonly storage: BackupStorage;
  readonly sealer: Sealer | null;
  readonly expected: string | null;
  readonly signal?: AbortSignal;
};

/**
 * Restores a backup into scratch schemas of the RAG store's database with all its types, indexes and keys, compares every table,
 * asks what is live and how many chunks it has, and takes everything away. It is one transaction that is rolled back: nobody
 * ever sees it, and a prover that is killed leaves nothing. A difference or a damaged file is a result, not a throw.
 */
export async function proveRestore(options: ProveOptions): Promise<RestoreProof> {
  const { id, service, storage, expected, source, signal } = options;
  let manifest: BackupManifest | null = null;
  const counts = () => ({
    tables: manifest?.tables.length ?? 0,
    rows: manifest?.tables.reduce((sum, table) => sum + table.rows, 0) ?? 0,
  });
  const session = await source.open(signal);
  try {
    manifest = await readManifest(storage, service, id, expected);
    await dropLeftovers(session);
    await session.query("BEGIN");
    for (const setting of [...SESSION_SETTINGS, ...PRINT_SETTINGS]) await session.query(setting);
    const place = await makeScratch(session, manifest);
    const load: Load = {
      session,
      storage,
      sealer: sealerFor(manifest, options.sealer),
      manifest,
      place,
      ...(signal && { signal }),
    };
    await buildTables(load, () => true);
    await loadTables(load, manifest.tables);
    await finishTables(load, () => true);
    await addKeys(load, () => true, isInside(manifest.shape));
    const differences = [
      ...(await compareTables(load, manifest.tables)),
      ...(await askPointer(load, options.names, manifest)),
    ];
    await session.query("ROLLBACK");
    return { proven: differences.length === 0, manifest, ...counts(), differences };
  } catch (error) {
    if (!(error instanceof BackupError) || error.kind.startsWith("key:")) throw error;
    return { proven: false, manifest, ...counts(), differences: [{ finding: error.kind, text: error.message }] };
  } finally {
    await session.close();
  }
}

/** One scratch schema for each that the backup has objects in: two of them may hold tables of one name. */
async function makeScratch(session: CopySession, { id, shape }: BackupManifest): Promise<Place> {
  const moved: readonly Named[] = [...shape.tables, ...shape.types, ...shape.sequences];
  const schemas = [...new Set(moved.map(({ schema }) => schema))];
  for (const at of schemas.keys())
    await session.query(`CREATE SCHEMA ${quoteIdentifier(`${SCRATCH_PREFIX}${id}_${at}`)}`);
  return (object) =>
    moved.some((each) => sameName(each, object))
      ? { schema: `${SCRATCH_PREFIX}${id}_${schemas.indexOf(object.schema)}`, name: object.name }
      : object;
}

/** The question that a rollback asks, put to the restored tables. */
async function askPointer(load: Load, names: StoreNames, manifest: BackupManifest): Promise<readonly Difference[]> {
  const at = (role: string): string | null => {
    const table = manifest.tables.find((each) => each.role === role);
    return table === undefined ? null : placed(load.place, rootOf(manifest.shape, table));
  };
  const [pointer, chunks] = [at("pointer"), at("chunks")];
  if (pointer === null || chunks === null) {
    return [{ finding: "manifest:sums", text: "the backup holds no pointer or no chunks" }];
  }
  const { pair } = await readPointer(
    load.session.query,
    { ...names.pointer, table: pointer, key: manifest.pointer_key },
    false,
  );
  if (pair?.run !== manifest.pointer?.run || pair?.config !== manifest.pointer?.config) {
    return [
      { finding: "pointer:changed", text: "asked in the restored tables, the pointer is not what was backed up" },
    ];
  }
  if (pair === null) return [];
  const sql = `SELECT count(*) AS chunks FROM ${chunks} WHERE ${names.chunks.run}::text = $1`;
  const found = readRow(z.object({ chunks: dbNumber }), await load.session.query(sql, [pair.run]));
  return found.chunks > 0
    ? []
    : [{ finding: "chunks:live-run", text: `the restored chunks hold none of the live run ${pair.run}` }];
}

/** A scratch schema that can be seen belongs to no running proof: those are invisible until they are gone. */
async function dropLeftovers(session: CopySession): Promise<void> {
  const found = await session.query(
    `SELECT n.nspname::text AS name FROM pg_namespace n
      WHERE starts_with(n.nspname::text, $1) AND n.nspowner = current_user::regrole`,
    [SCRATCH_PREFIX],
  );
  for (const { name } of readRows(z.object({ name: z.string() }), found)) {
    await session.query(`DROP SCHEMA IF EXISTS ${quoteIdentifier(name)} CASCADE`);
  }
}
