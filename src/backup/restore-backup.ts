import { PRINT_SETTINGS } from "#src/backup/backup-document";
import { BackupError } from "#src/backup/backup-error";
import { addKeys, buildTables, compareTables, finishTables, loadTables } from "#src/backup/build-tables";
import type { Sealer } from "#src/backup/copy/seal";
import { type CopySession, type CopySource, SESSION_SETTINGS } from "#src/backup/copy/session";
import { watchLive } from "#src/backup/keep-live";
import type { Load } from "#src/backup/load-rows";
import { type BackupManifest, readManifest, type TableRole } from "#src/backup/manifest";
import { type PlannedTable, planRestore, type RestorePlan } from "#src/backup/plan-restore";
import { replaceRows } from "#src/backup/replace-rows";
import { inPlace, placed } from "#src/backup/schema/place";
import { type Named, sameName } from "#src/backup/schema/shape";
import { setSequence } from "#src/backup/schema/statements";
import type { BackupStorage } from "#src/backup/storage/storage";
import { sealerFor, type VerifyOptions, verifyBackup } from "#src/backup/verify-backup";
import { quoteIdentifier } from "#src/rag/quote";
import type { StoreNames, StoreQuery } from "#src/rag/store";

export type RestoreOptions = {
  readonly id: string;
  readonly service: string;
  readonly source: CopySource;
  readonly storage: BackupStorage;
  readonly sealer: Sealer | null;
  readonly expected: string | null;
  /** Only tables of these roles; null for all. */
  readonly only: ReadonlySet<TableRole> | null;
  /** Undoes a restore after which what is live would be gone: the names to look for it by. */
  readonly keepLive?: StoreNames;
  readonly signal?: AbortSignal;
};

/** What a restore did, or would do. */
export type Restored = { readonly manifest: BackupManifest; readonly tables: readonly PlannedTable[] };

export const LOCK_WAIT = "10s";

/** What a restore would do, without doing it. Throws as `restoreBackup` does for a schema that changed. */
export async function previewRestore(options: RestoreOptions): Promise<Restored> {
  const manifest = await readManifest(options.storage, options.service, options.id, options.expected);
  return inTransaction(options, "ROLLBACK", async (session) => {
    const { tables } = await planRestore(session, manifest, options.only);
    return { manifest, tables };
  });
}

/**
 * Brings the tables back whose content is not that of the backup, and those that are gone. Every stored byte is verified
 * before; all of it is one transaction; every table that was written is compared after, before the commit. Throws `BackupError`
 * for damage, a changed schema or a difference, and then nothing has changed. Needs the tables' owner. Readers of a table that
 * is replaced wait until it is.
 */
export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  const { signal } = options;
  const manifest = await readWhole(options);
  const sealer = sealerFor(manifest, options.sealer);
  return inTransaction(options, "COMMIT", async (session) => {
    await session.query(`SET LOCAL lock_timeout = '${LOCK_WAIT}'`);
    const query: StoreQuery = (sql, values) => session.query(sql, values);
    const lost = options.keepLive === undefined ? null : await watchLive(query, options.keepLive);
    const plan = await planRestore(session, manifest, options.only);
    const load: Load = {
      session,
      storage: options.storage,
      sealer,
      manifest,
      place: inPlace,
      ...(signal && { signal }),
    };
    await carryOut(load, plan);
    const loss = lost === null ? null : await lost();
    if (loss !== null) {
      const instead = "Roll back to what the backup holds first, or take a backup that holds what is live";
      throw new BackupError(
        "restore:live",
        `The restore of ${manifest.id} was taken back, nothing changed: ${loss}. ${instead}.`,
      );
    }
    return { manifest, tables: plan.tables };
  });
}

/** The manifest of a backup in which every stored byte is what was written. Throws `BackupError` with all damage. */
export async function readWhole(options: VerifyOptions): Promise<BackupManifest> {
  const { manifest, damages } = await verifyBackup(options);
  if (manifest !== null && damages.length === 0) return manifest;
  const list = damages.map(({ text }) => `\n- ${text}`).join("");
  throw new BackupError(
    damages[0]?.finding ?? "damaged",
    `The backup ${options.id} is damaged, so nothing was restored:${list}`,
  );
}

async function carryOut(load: Load, { now, tables }: RestorePlan): Promise<void> {
  const { session, manifest } = load;
  const { shape } = manifest;
  const written = tables.filter(({ action }) => action === "create" || action === "replace");
  if (written.length === 0) return;
  const replaced = now.tables.filter((each) =>
    tables.some(({ table, action }) => action === "replace" && sameName(table, each)),
  );
  const gone = goneFrom(manifest, now, tables);
  await makeSchemas(session, shape.tables.filter(gone));
  await buildTables(load, gone);
  const rows = written.map(({ table }) => table);
  await replaceRows(session, replaced, async () => {
    await loadTables(load, rows);
    // Before the keys of the other tables come back: they need the unique indexes of these.
    await finishTables(load, gone);
  });
  const there = (target: Named): boolean =>
    [...now.tables, ...shape.tables.filter(gone)].some((each) => sameName(each, target));
  await addKeys(load, gone, (target) => there(target) || !shape.tables.some((each) => sameName(each, target)));
  await addLostKeys(load, gone, now);
  await advanceSequences(load, gone, replaced);
  const differences = await compareTables(load, rows);
  if (differences.length > 0) {
    const list = differences.map(({ text }) => `\n- ${text}`).join("");
    throw new BackupError(
      differences[0]?.finding ?? "restore:changed",
      `The restore of ${manifest.id} was taken back, nothing changed:${list}`,
    );
  }
}

/** Objects of the backup that are not there, as far as they belong to what is restored. */
function goneFrom(manifest: BackupManifest, now: RestorePlan["now"], tables: readonly PlannedTable[]) {
  const { shape } = manifest;
  const made = shape.tables.filter(
    (table) =>
      !now.tables.some((each) => sameName(each, table)) &&
      // A partitioned table has no rows of its own: it is made when one of its parts is.
      tables.some(({ table: saved }) => sameName(saved, table) || isAbove(manifest, table, saved)),
  );
  const there: readonly Named[] = [...now.types, ...now.sequences];
  return (object: Named): boolean => {
    if (made.some((each) => sameName(each, object))) return true;
    const sequence = shape.sequences.find((each) => sameName(each, object));
    if (sequence !== undefined) {
      const { owner } = sequence;
      return owner !== null && made.some((each) => sameName(each, owner));
    }
    const isType = shape.types.some((each) => sameName(each, object));
    return isType && made.length > 0 && !there.some((each) => sameName(each, object));
  };
}

function isAbove({ shape }: Pick<BackupManifest, "shape">, table: Named, below: Named): boolean {
  const parent = shape.tables.find((each) => sameName(each, below))?.parent ?? null;
  return parent !== null && (sameName(parent, table) || isAbove({ shape }, table, parent));
}

async function makeSchemas(session: CopySession, tables: readonly Named[]): Promise<void> {
  for (const schema of new Set(tables.map((table) => table.schema))) {
    const there = await session.query("SELECT 1 FROM pg_namespace WHERE nspname = $1", [schema]);
    if (there.length === 0) await session.query(`CREATE SCHEMA ${quoteIdentifier(schema)}`);
  }
}

/** Keys of tables that stayed, on those that were gone: they went with them. */
async function addLostKeys(load: Load, gone: (object: Named) => boolean, now: RestorePlan["now"]): Promise<void> {
  const lost = (table: Named) => !gone(table) && now.tables.some((each) => sameName(each, table));
  await addKeys(load, lost, gone);
}

/** A sequence never goes back: what it gave out since may be in use. */
export async function advanceSequences(
  load: Load,
  gone: (object: Named) => boolean,
  tables: readonly Named[],
): Promise<void> {
  for (const sequence of load.manifest.shape.sequences) {
    const { owner } = sequence;
    if (gone(sequence) || owner === null || !tables.some((each) => sameName(each, owner))) continue;
    const name = placed(inPlace, sequence);
    await load.session.query(
      `${setSequence(sequence, inPlace)} FROM ${name} WHERE sign(${sequence.increment}) * (last_value - (${sequence.last_value})) < 0`,
    );
  }
}

export async function inTransaction<T>(
  options: Pick<RestoreOptions, "source" | "signal">,
  end: "COMMIT" | "ROLLBACK",
  work: (session: CopySession) => Promise<T>,
): Promise<T> {
  const session = await options.source.open(options.signal);
  try {
    await session.query("BEGIN");
    for (const setting of [...SESSION_SETTINGS, ...PRINT_SETTINGS]) await session.query(setting);
    const result = await work(session);
    await session.query(end);
    return result;
  } finally {
    await session.close();
  }
}
