import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { BackupError } from "#src/backup/backup-error";
import { unpackRows } from "#src/backup/copy/pack";
import type { Sealer } from "#src/backup/copy/seal";
import {
  type BackupManifest,
  digestOfParts,
  folderOf,
  MANIFEST,
  type Part,
  readManifest,
  type SavedTable,
  type TableRole,
} from "#src/backup/manifest";
import { sayName } from "#src/backup/schema/shape";
import type { BackupStorage } from "#src/backup/storage/storage";
import { StorageError } from "#src/backup/storage/storage-error";

/** Something that is not as it was written. `finding` is the same for the same defect; `text` is for people. */
export type Damage = { readonly file: string; readonly finding: string; readonly text: string };

/** What a backup was found to be. `manifest` is null when nothing in it can be trusted. */
export type Verification = {
  readonly manifest: BackupManifest | null;
  readonly damages: readonly Damage[];
  readonly files: number;
  readonly bytes: number;
  readonly rows: number;
};

export type VerifyOptions = {
  readonly id: string;
  readonly service: string;
  readonly storage: BackupStorage;
  readonly sealer: Sealer | null;
  /** The manifest's checksum as Golive's own database remembers it; null where it remembers none. */
  readonly expected: string | null;
  /** Only the files of tables of these roles; all files when it is left out. */
  readonly roles?: ReadonlySet<TableRole>;
  readonly signal?: AbortSignal;
};

const AT_ONCE = 2;

/**
 * Reads every stored byte again and holds it against the manifest: checksums, sizes, and every row by its content. Damage is a
 * result, all of it at once; a storage that can't be reached throws `StorageError`.
 */
export async function verifyBackup(options: VerifyOptions): Promise<Verification> {
  const { id, service, storage, expected, roles, signal } = options;
  let manifest: BackupManifest;
  try {
    manifest = await readManifest(storage, service, id, expected);
  } catch (error) {
    if (!(error instanceof BackupError)) throw error;
    const damage = { file: MANIFEST, finding: error.kind, text: error.message };
    return { manifest: null, damages: [damage], files: 0, bytes: 0, rows: 0 };
  }
  const sealer = sealerFor(manifest, options.sealer);
  const tables = manifest.tables.filter(({ role }) => roles === undefined || roles.has(role));
  const scripts = roles === undefined ? manifest.scripts : [];
  const files: (() => Promise<readonly Damage[]>)[] = [
    ...tables.flatMap((table) => table.parts.map((part) => () => verifyPart({ ...options, sealer }, table, part))),
    ...scripts.map((script) => () => verifyFile(options, script)),
  ];
  const damages: Damage[] = manifest.tables.flatMap(verifySums);
  let [rows, bytes] = [0, 0];
  for (const table of tables) {
    rows += table.rows;
    bytes += table.parts.reduce((sum, part) => sum + part.bytes, 0);
  }
  const count = files.length;
  const work = async (): Promise<void> => {
    for (let next = files.shift(); next !== undefined; next = files.shift()) {
      signal?.throwIfAborted();
      damages.push(...(await next()));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { manifest, damages: damages.toSorted((a, b) => (a.file < b.file ? -1 : 1)), files: count, bytes, rows };
}

/** The sealer that this backup needs. Throws `BackupError` when it was made with another key, or there is none. */
export function sealerFor({ id, encryption }: BackupManifest, sealer: Sealer | null): Sealer | null {
  if (encryption === null) return null;
  if (sealer === null) {
    throw new BackupError("key:missing", `The backup ${id} is encrypted, and golive.yaml names no key for backups.`);
  }
  if (sealer.recipient !== encryption.recipient) {
    const why = `it was encrypted for ${encryption.recipient}, and the key here is that of ${sealer.recipient}`;
    throw new BackupError("key:other", `The backup ${id} can't be opened: ${why}.`);
  }
  return sealer;
}

/** What the manifest says of a table must be what its parts add up to. */
function verifySums(table: SavedTable): readonly Damage[] {
  const sums = digestOfParts(table.parts);
  if (sums.rows === table.rows && sums.digest === table.digest) return [];
  const text = `${MANIFEST}: what it says of ${sayName(table)} does not add up`;
  return [{ file: MANIFEST, finding: "manifest:sums", text }];
}

async function verifyPart(
  options: Pick<VerifyOptions, "id" | "service" | "storage" | "sealer" | "signal">,
  table: SavedTable,
  part: Part,
): Promise<readonly Damage[]> {
  const { storage, sealer, signal } = options;
  let found: readonly Damage[];
  try {
    const stored = await storage.read(`${folderOf(options.service, options.id)}/${part.file}`, signal);
    const { rows, facts } = unpackRows(stored, table.format, sealer);
    for await (const _piece of rows);
    found = partDamage(table, part, facts());
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof StorageError && error.code !== "missing") throw error;
    const why = error instanceof Error ? error.message : String(error);
    found = [damaged(part.file, "unreadable", `${part.file} (${sayName(table)}) can't be read: ${why}`)];
  }
  if (found.length === 0) return found;
  // What happened to the bytes says more than what could not be made of them.
  const known = await verifyFile(options, part);
  return known.length > 0 ? known : found;
}

/** Whether what came out of a file is what went in. */
export function partDamage(
  table: SavedTable,
  part: Part,
  facts: ReturnType<ReturnType<typeof unpackRows>["facts"]>,
): readonly Damage[] {
  const { sums } = facts;
  const name = `${part.file} (${sayName(table)})`;
  if (facts.bytes !== part.bytes) {
    return [damaged(part.file, "size", `${name} has ${facts.bytes} bytes instead of ${part.bytes}`)];
  }
  if (facts.sha256 !== part.sha256) return [damaged(part.file, "changed", `${name} was changed: its SHA-256 differs`)];
  if (sums.rows !== part.rows || `${sums.first}` !== part.first || `${sums.second}` !== part.second) {
    return [damaged(part.file, "content", `${name} holds other rows than the manifest says`)];
  }
  return [];
}

async function verifyFile(
  { id, service, storage, signal }: Pick<VerifyOptions, "id" | "service" | "storage" | "signal">,
  expected: { readonly file: string; readonly bytes: number; readonly sha256: string },
): Promise<readonly Damage[]> {
  const { file } = expected;
  const hash = createHash("sha256");
  let bytes = 0;
  try {
    const stream: Readable = await storage.read(`${folderOf(service, id)}/${file}`, signal);
    for await (const piece of stream) {
      bytes += piece.length;
      hash.update(piece);
    }
  } catch (error) {
    if (!(error instanceof StorageError) || error.code !== "missing") throw error;
    return [damaged(file, "missing", `${file} is missing`)];
  }
  if (bytes < expected.bytes) {
    return [damaged(file, "truncated", `${file} was cut off: ${bytes} of ${expected.bytes} bytes are left`)];
  }
  if (bytes > expected.bytes)
    return [damaged(file, "longer", `${file} has ${bytes} bytes instead of ${expected.bytes}`)];
  if (hash.digest("hex") !== expected.sha256) {
    return [damaged(file, "changed", `${file} was changed: it has its size, but not its SHA-256`)];
  }
  return [];
}

const damaged = (file: string, what: string, text: string): Damage => ({ file, finding: `${file}:${what}`, text });
