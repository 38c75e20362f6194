import { z } from "zod";
import { wantedTables } from "#src/backup/backed-up-tables";
import { PRINT_SETTINGS } from "#src/backup/backup-document";
import { BackupError } from "#src/backup/backup-error";
import type { Sealer } from "#src/backup/copy/seal";
import { type CopySession, type CopySource, SESSION_SETTINGS } from "#src/backup/copy/session";
import { copyParts, namedFailure, putText } from "#src/backup/copy-parts";
import {
  type BackupManifest,
  digestOfParts,
  folderOf,
  MANIFEST,
  type Part,
  type SavedTable,
  sealManifest,
  type TableRole,
} from "#src/backup/manifest";
import { type CopyStep, planCopy, sqlName } from "#src/backup/plan-copy";
import { restoreScripts } from "#src/backup/restore-script";
import { readShape } from "#src/backup/schema/read-shape";
import type { FoundTable } from "#src/backup/schema/read-tables";
import { type DatabaseShape, sameName, sayName } from "#src/backup/schema/shape";
import type { BackupStorage } from "#src/backup/storage/storage";
import { readPointer } from "#src/rag/flip-ledger";
import { readRow } from "#src/rag/read-row";
import type { StoreNames } from "#src/rag/store";

/** What a backup is of. `createdAt` in epoch milliseconds. */
export type BackupOrder = {
  readonly id: string;
  readonly service: string;
  readonly names: StoreNames;
  readonly release: string | null;
  readonly description: string;
  readonly createdAt: number;
};

export type CreatedBackup = { readonly manifest: BackupManifest; readonly sha256: string; readonly bytes: number };

/** Longest wait for somebody who changes a table. */
const LOCK_WAIT = "10s";

/**
 * Copies chunks, runs, pointer, configurations and the ledger of flips from one snapshot into storage, with all that it takes to
 * make the tables again. The manifest is written last: without it there is no backup. Whatever goes wrong, what was written is
 * taken away again, as far as the storage lets it. Throws `BackupError` naming the table, `RagStoreError` or `StorageError`.
 */
export async function createBackup(options: {
  readonly order: BackupOrder;
  readonly source: CopySource;
  readonly storage: BackupStorage;
  readonly sealer: Sealer | null;
  readonly signal?: AbortSignal;
}): Promise<CreatedBackup> {
  const { order, source, storage, signal } = options;
  const folder = folderOf(order.service, order.id);
  const first = await source.open(signal);
  try {
    await first.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    const snapshot = await settle(first);
    const { tables, shape, roles } = await holdTables(first, order.names);
    const steps = await planCopy(first, tables);
    const parts = await copyParts({ ...options, folder, first, snapshot, steps });
    const manifest = await describe(first, options, shape, savedTables(steps, parts, roles));
    const scripts = [];
    for (const [file, body] of Object.entries(restoreScripts(manifest))) {
      scripts.push({ file, ...(await putText(storage, `${folder}/${file}`, body, signal)) });
    }
    const whole = { ...manifest, scripts };
    const sealed = sealManifest(whole);
    await first.query("COMMIT");
    signal?.throwIfAborted();
    const { bytes } = await putText(storage, `${folder}/${MANIFEST}`, sealed.body, signal);
    const rows = whole.tables.flatMap((table) => table.parts);
    const files = [...rows, ...scripts].reduce((sum, file) => sum + file.bytes, bytes);
    return { manifest: whole, sha256: sealed.sha256, bytes: files };
  } catch (error) {
    await discard(storage, folder);
    throw error;
  } finally {
    await first.close();
  }
}

/** Sets the session up and names its snapshot. */
async function settle(session: CopySession): Promise<string> {
  for (const setting of [...SESSION_SETTINGS, ...PRINT_SETTINGS]) await session.query(setting);
  await session.query(`SET LOCAL lock_timeout = '${LOCK_WAIT}'`);
  const rows = await session.query("SELECT pg_export_snapshot() AS snapshot");
  return readRow(z.object({ snapshot: z.string() }), rows).snapshot;
}

/** Finds the tables and keeps them from being dropped or changed until the transaction ends. */
async function holdTables(session: CopySession, names: StoreNames) {
  const wanted = wantedTables(names);
  const before = await readShape(
    session,
    wanted.map(({ table }) => table),
  );
  for (const { role, table, optional } of wanted) {
    if (optional || before.tables.some((each) => each.asked === table)) continue;
    const why = `(${role}) does not exist in the RAG store: no backup was taken`;
    throw new BackupError(`${table}:missing`, `The table ${table} ${why}.`);
  }
  for (const { shape } of before.tables) {
    try {
      await session.query(`LOCK TABLE ONLY ${sqlName(shape)} IN ACCESS SHARE MODE`);
    } catch (error) {
      throw namedFailure(sayName(shape), error);
    }
  }
  const roles = new Map(wanted.map(({ role, table }) => [table, role]));
  return { tables: before.tables, shape: before.shape, roles };
}

function savedTables(
  steps: readonly CopyStep[],
  parts: ReadonlyMap<CopyStep, Part>,
  roles: ReadonlyMap<string, TableRole>,
): readonly SavedTable[] {
  const byTable = new Map<FoundTable, Part[]>();
  for (const step of steps) {
    const part = parts.get(step);
    if (part === undefined)
      throw new BackupError("copy:lost", `A part of ${sayName(step.table.shape)} was not copied.`);
    byTable.set(step.table, [...(byTable.get(step.table) ?? []), part]);
  }
  return [...byTable].map(([table, own]) => {
    const role = roles.get(table.asked);
    const format = steps.find((step) => step.table === table)?.format;
    if (role === undefined || format === undefined)
      throw new BackupError("copy:lost", "A table was copied for nothing.");
    const { schema, name } = table.shape;
    const sorted = own.toSorted((a, b) => (a.file < b.file ? -1 : 1));
    return { role, schema, name, format, ...digestOfParts(sorted), parts: sorted };
  });
}

async function describe(
  session: CopySession,
  { order, sealer }: { readonly order: BackupOrder; readonly sealer: Sealer | null },
  shape: DatabaseShape,
  saved: readonly SavedTable[],
): Promise<BackupManifest> {
  const { pair } = await readPointer(session.query, order.names.pointer, false);
  const server = readRow(
    z.object({ version: z.int(), encoding: z.string() }),
    await session.query(
      "SELECT current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding",
    ),
  );
  const order_ = shape.tables.map((table) => saved.find((each) => sameName(each, table)));
  return {
    schema: "golive-full-backup/1",
    id: order.id,
    service: order.service,
    release: order.release,
    description: order.description,
    created_at: new Date(order.createdAt).toISOString(),
    server_version: server.version,
    utf8: server.encoding === "UTF8",
    pointer_key: order.names.pointer.key,
    pointer: pair,
    encryption: sealer === null ? null : { format: "age", recipient: sealer.recipient },
    shape,
    tables: order_.filter((each) => each !== undefined),
    scripts: [],
  };
}

/** Nothing half is left behind; where the storage doesn't let go of it, it counts for nothing without a manifest. */
async function discard(storage: BackupStorage, folder: string): Promise<void> {
  try {
    const left = await storage.list(`${folder}/`);
    await storage.remove(left.map(({ key }) => key));
    await storage.sweep(`${folder}/`, Number.POSITIVE_INFINITY);
  } catch {
    // The first failure is what counts, and `sweepUnfinished` looks for what is left.
  }
}
