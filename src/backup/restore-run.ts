import { z } from "zod";
import { BackupError } from "#src/backup/backup-error";
import type { CopySession } from "#src/backup/copy/session";
import { type Load, loadRows } from "#src/backup/load-rows";
import type { BackupManifest, SavedTable, TableRole } from "#src/backup/manifest";
import { columnList, sqlName } from "#src/backup/plan-copy";
import { disableTriggers } from "#src/backup/replace-rows";
import { advanceSequences, inTransaction, LOCK_WAIT, type RestoreOptions, readWhole } from "#src/backup/restore-backup";
import { compareShapes } from "#src/backup/schema/compare-shape";
import { readShape } from "#src/backup/schema/read-shape";
import { rootOf, sameName, sayName, type TableShape } from "#src/backup/schema/shape";
import { literal } from "#src/backup/schema/statements";
import { sealerFor } from "#src/backup/verify-backup";
import { quoteIdentifier } from "#src/rag/quote";
import { dbNumber, readRow, readRows } from "#src/rag/read-row";
import type { StoreNames, StoreQuery } from "#src/rag/store";
import { RagStoreError } from "#src/rag/store-error";

/** Looks at the run inside the transaction that brought it back; a sentence when it is not right, else null. */
export type Accept = (query: StoreQuery) => Promise<string | null>;

export type RestoreRunOptions = Omit<RestoreOptions, "only"> & {
  readonly names: StoreNames;
  readonly run: string;
  readonly accept: Accept;
};

/** How many rows of the run there were, and how many the backup had. */
export type RestoredRun = { readonly removed: number; readonly rows: number };

const CHUNKS: ReadonlySet<TableRole> = new Set(["chunks"]);
/** Tables whose rows go, or change, when a chunk does: by ON DELETE CASCADE, SET NULL or SET DEFAULT. */
const FOLLOWERS = `SELECT DISTINCT k.conrelid::regclass::text AS name FROM pg_constraint k
  WHERE k.contype = 'f' AND k.confdeltype IN ('c', 'n', 'd') AND k.confrelid IN
    (SELECT $1::text::regclass::oid UNION SELECT relid::oid FROM pg_partition_tree($1::text::regclass)) ORDER BY name`;
const STAGE = { schema: "pg_temp", name: "golive_restore_run" } as const;

/**
 * Brings back the rows of one ingestion run, and only those: rows of other runs stay as they are, and readers never wait. Every
 * stored byte of the chunks is verified before. Throws `BackupError`, and then nothing has changed: `run:missing` for a backup
 * without a row of the run, `run:different` when `accept` says so, others for damage or a table that changed.
 */
export async function restoreRun(options: RestoreRunOptions): Promise<RestoredRun> {
  const { id, run, storage, signal } = options;
  const manifest = await readWhole({ ...options, roles: CHUNKS });
  const parts = manifest.tables.filter(({ role }) => role === "chunks");
  const [first] = parts;
  const root = first === undefined ? undefined : rootOf(manifest.shape, first);
  const saved = root && manifest.shape.tables.find((each) => sameName(each, root));
  if (saved === undefined) throw new BackupError("manifest:sums", `The backup ${id} holds no chunks.`);
  const sealer = sealerFor(manifest, options.sealer);
  return inTransaction(options, "COMMIT", async (session) => {
    await session.query(`SET LOCAL lock_timeout = '${LOCK_WAIT}'`);
    // Two restores of one run would each put its rows back.
    await session.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [
      `golive restore run ${sayName(saved)} ${run}`,
    ]);
    await assertFits(session, manifest, saved);
    await session.query(
      `CREATE TEMPORARY TABLE ${STAGE.name} (LIKE ${sqlName(saved)} INCLUDING GENERATED) ON COMMIT DROP`,
    );
    const load: Load = { session, storage, sealer, manifest, place: () => STAGE, ...(signal && { signal }) };
    await stage(load, parts, saved, options);
    const rows = await countOfRun(session, sqlName(STAGE), options);
    if (rows === 0) {
      throw new BackupError("run:missing", `The backup ${id} holds no row of the run ${run}: nothing was changed.`);
    }
    const removed = await exchange(session, saved, options);
    await advanceSequences(load, () => false, [saved, ...parts]);
    const wrong = await options.accept((sql, values) => session.query(sql, values));
    if (wrong !== null) {
      throw new BackupError(
        "run:different",
        `The restore of ${run} from ${id} was taken back, nothing changed: ${wrong}`,
      );
    }
    signal?.throwIfAborted();
    return { removed, rows };
  });
}

/** Only the columns count: other partitions and indexes may have come since, one for each run. */
async function assertFits(session: CopySession, { id, shape }: BackupManifest, saved: TableShape): Promise<void> {
  const { shape: there } = await readShape(session, [sqlName(saved)]);
  const now = there.tables.find((each) => sameName(each, saved));
  if (now === undefined) {
    const instead = `\`golive backup restore --backup-id ${id}\` makes it again`;
    throw new BackupError("chunks:gone", `The table ${sayName(saved)} is gone, so nothing was restored: ${instead}.`);
  }
  const changed = compareShapes({ ...shape, tables: [saved] }, { ...there, tables: [now] });
  if (changed.length > 0) {
    const list = changed.map((each) => `\n- ${each}`).join("");
    throw new BackupError(
      "schema:changed",
      `The tables changed since the backup ${id}, so nothing was restored:${list}`,
    );
  }
  const followers = readRows(z.object({ name: z.string() }), await session.query(FOLLOWERS, [sqlName(saved)]));
  if (followers.length > 0) {
    const names = followers.map(({ name }) => name).join(", ");
    throw new BackupError(
      "run:referenced",
      `Rows of ${names} would be deleted or emptied with those of ${sayName(saved)}, so nothing was restored.`,
    );
  }
}

/** Every byte is looked at again as it passes; only rows of the run are kept, where COPY can tell. */
async function stage(
  load: Load,
  parts: readonly SavedTable[],
  saved: TableShape,
  { names, run }: Pick<RestoreRunOptions, "names" | "run">,
): Promise<void> {
  const column = saved.columns.find(({ name }) => quoteIdentifier(name) === names.chunks.run);
  const computed = column === undefined || column.generated !== null;
  const only = computed ? "" : ` WHERE ${names.chunks.run}::text = ${literal(run)}`;
  for (const table of parts) {
    load.signal?.throwIfAborted();
    await loadRows(load, table, only);
  }
}

async function countOfRun(
  session: CopySession,
  table: string,
  { names, run }: Pick<RestoreRunOptions, "names" | "run">,
): Promise<number> {
  const sql = `SELECT count(*) AS rows FROM ${table} WHERE ${names.chunks.run}::text = $1`;
  return readRow(z.object({ rows: dbNumber }), await session.query(sql, [run])).rows;
}

/** Takes the run's rows away and puts the staged ones in. Returns how many were taken away. */
async function exchange(session: CopySession, saved: TableShape, options: RestoreRunOptions): Promise<number> {
  const { id, run, names } = options;
  const [table, columns] = [sqlName(saved), columnList(saved)];
  const ofRun = `${names.chunks.run}::text = $1`;
  const enable = await disableTriggers(session, await partsNow(session, table));
  try {
    const removed = await session.query(
      `WITH gone AS (DELETE FROM ${table} WHERE ${ofRun} RETURNING 1) SELECT count(*) AS rows FROM gone`,
      [run],
    );
    await session.query(
      `INSERT INTO ${table} (${columns}) OVERRIDING SYSTEM VALUE SELECT ${columns} FROM ${sqlName(STAGE)} WHERE ${ofRun}`,
      [run],
    );
    // A constraint that waits for the commit would fail after `accept`.
    await session.query("SET CONSTRAINTS ALL IMMEDIATE");
    await enable();
    return readRow(z.object({ rows: dbNumber }), removed).rows;
  } catch (error) {
    if (!(error instanceof RagStoreError) || !/^2[23]/.test(error.sqlState ?? "")) throw error;
    const text = `The rows of ${run} don't go back into ${sayName(saved)}, and nothing was changed: ${error.message}`;
    throw new BackupError("run:refused", `The backup ${id}: ${text}`, { cause: error });
  }
}

async function partsNow(session: CopySession, table: string): Promise<readonly string[]> {
  const sql = "SELECT relid::regclass::text AS name FROM pg_partition_tree($1::text::regclass)";
  return [
    table,
    ...readRows(z.object({ name: z.string() }), await session.query(sql, [table])).map(({ name }) => name),
  ];
}
