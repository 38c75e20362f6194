import { text } from "node:stream/consumers";
import { z } from "zod";
import { BackupError } from "#src/backup/backup-error";
import { contentDigest } from "#src/backup/copy/row-digest";
import { databaseShape } from "#src/backup/schema/shape";
import type { BackupStorage } from "#src/backup/storage/storage";
import { StorageError } from "#src/backup/storage/storage-error";
import { canonicalJson, sha256 } from "#src/manifest/canonical";

export const MANIFEST = "manifest.json";

const pair = z.strictObject({ run: z.string(), config: z.string() });
const hex = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().min(0);
/** Relative to the backup's own folder; nothing that would lead out of it. */
const fileName = z.string().regex(/^(?!\/)(?!.*\.\.)[\w./-]{1,100}$/);

const storedFile = z.strictObject({ file: fileName, bytes: count, sha256: hex });
/** A file with rows. `bytes` and `sha256` as stored; `raw_bytes` as COPY gave them; the sums of `row-digest.ts`. */
const part = storedFile.extend({
  raw_bytes: count,
  rows: count,
  first: z.string().regex(/^-?\d+$/),
  second: z.string().regex(/^-?\d+$/),
});
export type Part = z.infer<typeof part>;

const role = z.enum(["chunks", "runs", "pointer", "configs", "flips"]);
export type TableRole = z.infer<typeof role>;

const savedTable = z.strictObject({
  role,
  schema: z.string(),
  name: z.string(),
  format: z.enum(["binary", "text"]),
  rows: count,
  digest: z.string(),
  parts: z.array(part).min(1),
});
/** The rows of one table, or of one partition. */
export type SavedTable = z.infer<typeof savedTable>;

export const manifestSchema = z.strictObject({
  schema: z.literal("golive-full-backup/1"),
  id: z.string(),
  service: z.string(),
  release: z.string().nullable(),
  description: z.string(),
  created_at: z.iso.datetime(),
  /** Of the server that was backed up, as it says itself: `server_version_num`. */
  server_version: z.int(),
  /** Whether texts were UTF-8 there. */
  utf8: z.boolean(),
  pointer_key: z.string(),
  /** What was live; null for a first go-live. */
  pointer: pair.nullable(),
  encryption: z.strictObject({ format: z.literal("age"), recipient: z.string() }).nullable(),
  shape: databaseShape,
  tables: z.array(savedTable).min(1),
  scripts: z.array(storedFile),
});
/** What a full backup holds, and how to tell that it still does. */
export type BackupManifest = z.infer<typeof manifestSchema>;

const envelope = z.strictObject({ manifest: z.unknown(), sha256: hex });

export const folderOf = (service: string, id: string): string => `${service}/${id}`;

/** The manifest as it is stored: with its own checksum. */
export function sealManifest(manifest: BackupManifest): { readonly body: string; readonly sha256: string } {
  const checksum = sha256(canonicalJson(manifest));
  return { body: `${canonicalJson({ manifest, sha256: checksum })}\n`, sha256: checksum };
}

/**
 * Reads a backup's manifest. Throws `BackupError` for one that is not there, is damaged, or is another one than `expected`
 * (the checksum that Golive's own database remembers; null where it remembers none).
 */
export async function readManifest(
  storage: BackupStorage,
  service: string,
  id: string,
  expected: string | null,
): Promise<BackupManifest> {
  const no = (kind: string, why: string): BackupError =>
    new BackupError(`manifest:${kind}`, `The backup ${id} can't be used: ${MANIFEST} ${why}.`);
  let body: string;
  try {
    body = await text(await storage.read(`${folderOf(service, id)}/${MANIFEST}`));
  } catch (error) {
    if (!(error instanceof StorageError) || error.code !== "missing") throw error;
    throw no(
      "missing",
      `is not there (${storage.where}); it is written last, so the backup was never finished or is gone`,
    );
  }
  const opened = envelope.safeParse(jsonOf(body));
  if (!opened.success) throw no("unreadable", "is cut off or no manifest");
  const { manifest: inside, sha256: checksum } = opened.data;
  if (sha256(canonicalJson(inside)) !== checksum) throw no("damaged", "was changed: it does not fit its own checksum");
  if (expected !== null && checksum !== expected) {
    throw no("replaced", "was changed: its checksum is not the one that Golive remembers");
  }
  const parsed = manifestSchema.safeParse(inside);
  if (!parsed.success)
    throw no("unreadable", `has another form than this version of Golive reads: ${z.prettifyError(parsed.error)}`);
  if (parsed.data.id !== id || parsed.data.service !== service) {
    throw no("foreign", `is that of the backup ${parsed.data.id} of ${parsed.data.service}`);
  }
  return parsed.data;
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

/** The table's content digest as its parts add up to. */
export function digestOfParts(parts: readonly Part[]): { readonly rows: number; readonly digest: string } {
  let [rows, first, second] = [0, 0n, 0n];
  for (const each of parts) {
    rows += each.rows;
    first += BigInt(each.first);
    second += BigInt(each.second);
  }
  return { rows, digest: contentDigest({ rows, first, second }) };
}
