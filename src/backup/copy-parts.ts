import { finished } from "node:stream/promises";
import { PRINT_SETTINGS } from "#src/backup/backup-document";
import { BackupError } from "#src/backup/backup-error";
import { packRows, packText } from "#src/backup/copy/pack";
import type { Sealer } from "#src/backup/copy/seal";
import { type CopySession, type CopySource, SESSION_SETTINGS } from "#src/backup/copy/session";
import type { Part } from "#src/backup/manifest";
import type { CopyStep } from "#src/backup/plan-copy";
import { sayName } from "#src/backup/schema/shape";
import type { BackupStorage } from "#src/backup/storage/storage";
import { sha256 } from "#src/manifest/canonical";
import { RagStoreError } from "#src/rag/store-error";

type Job = {
  readonly source: CopySource;
  readonly storage: BackupStorage;
  readonly sealer: Sealer | null;
  readonly folder: string;
  /** The session that exported the snapshot; it copies too. */
  readonly first: CopySession;
  readonly snapshot: string;
  readonly steps: readonly CopyStep[];
  readonly signal?: AbortSignal;
};

/** Makes every step's file, several at a time, all from the one snapshot. The first failure stops the others. */
export async function copyParts(job: Job): Promise<ReadonlyMap<CopyStep, Part>> {
  const { steps, source, first } = job;
  const parts = new Map<CopyStep, Part>();
  const stop = new AbortController();
  const signal = job.signal === undefined ? stop.signal : AbortSignal.any([job.signal, stop.signal]);
  const waiting = steps.map((step, at) => ({ step, at }));
  async function read(session: CopySession): Promise<void> {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      signal.throwIfAborted();
      parts.set(next.step, await copyPart({ ...job, signal }, session, next.step, next.at));
    }
  }
  async function readElsewhere(): Promise<void> {
    const session = await source.open(signal);
    try {
      await session.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
      await session.query(`SET TRANSACTION SNAPSHOT '${job.snapshot}'`);
      for (const setting of [...SESSION_SETTINGS, ...PRINT_SETTINGS]) await session.query(setting);
      await read(session);
      await session.query("COMMIT");
    } finally {
      await session.close();
    }
  }
  const others = Math.min(source.parallel, steps.length) - 1;
  const readers = [read(first), ...Array.from({ length: Math.max(0, others) }, readElsewhere)];
  let failure: { readonly error: unknown } | null = null;
  await Promise.all(
    readers.map((reader) =>
      reader.catch((error: unknown) => {
        failure ??= { error: lostSnapshot(error) };
        stop.abort();
      }),
    ),
  );
  const failed: { readonly error: unknown } | null = failure;
  if (failed !== null) throw errorOf(failed);
  return parts;
}

/** A session that died takes its snapshot from the others: what they say then names no table. */
function lostSnapshot(error: unknown): unknown {
  if (!(error instanceof RagStoreError) || error.code === "aborted") return error;
  const text = `The snapshot of the backup was lost, so there is no backup: ${error.message}`;
  return new BackupError("snapshot:lost", text, { cause: error });
}

const errorOf = ({ error }: { readonly error: unknown }): unknown => error;

async function copyPart(job: Job, session: CopySession, step: CopyStep, at: number): Promise<Part> {
  const { storage, sealer, folder, signal } = job;
  const file = `data/${String(at + 1).padStart(4, "0")}.copy.zst${sealer === null ? "" : ".age"}`;
  const rows = session.copyOut(step.sql);
  const { packed, facts } = packRows(rows, step.format, sealer);
  // A storage that refuses before it reads leaves it to nobody: an error nobody listens for would end the process.
  packed.on("error", () => undefined);
  try {
    await storage.put(`${folder}/${file}`, packed, signal);
  } catch (error) {
    rows.destroy();
    throw namedFailure(sayName(step.table.shape), error);
  }
  await finished(rows).catch(() => undefined);
  const { bytes, sha256: checksum, raw_bytes, sums } = facts();
  const { rows: count, first, second } = sums;
  return { file, bytes, sha256: checksum, raw_bytes, rows: count, first: `${first}`, second: `${second}` };
}

/** Stores a small text and says what was stored. */
export async function putText(storage: BackupStorage, key: string, body: string, signal?: AbortSignal) {
  await storage.put(key, packText(body), signal);
  return { bytes: Buffer.byteLength(body), sha256: sha256(body) };
}

/** A failure of the database over one table, with its name. */
export function namedFailure(table: string, error: unknown): unknown {
  if (!(error instanceof RagStoreError) || error.code === "aborted") return error;
  return new BackupError(
    `${table}:${error.code}`,
    `The table ${table} could not be backed up, so there is no backup: ${error.message}`,
    { cause: error },
  );
}
