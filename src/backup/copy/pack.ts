import { createHash } from "node:crypto";
import { Readable, Transform, type TransformCallback } from "node:stream";
import { constants, createZstdCompress, createZstdDecompress } from "node:zlib";
import { BackupError } from "#src/backup/backup-error";
import { type CopyFormat, createRowDigester, type RowSums } from "#src/backup/copy/row-digest";
import type { Sealer } from "#src/backup/copy/seal";

/** What a stream hands on at once. Larger pieces come from the system one by one, each with new pages to fill with zeros. */
const PIECE = 1 << 16;

/** Shorter matches than the level's own: of floats that makes a sixth less in the same time. */
const ZSTD = { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_minMatch]: 4 };

/** What was found out about a stream while it passed. */
export type Passed = { readonly bytes: number; readonly sha256: string };

/** Counts and hashes what passes through. */
function meter(): { readonly stream: Transform; passed(): Passed } {
  const hash = createHash("sha256");
  let bytes = 0;
  const stream = new Transform({
    transform(piece: Buffer, _encoding, done) {
      bytes += piece.length;
      hash.update(piece);
      done(null, piece);
    },
  });
  return { stream, passed: () => ({ bytes, sha256: hash.digest("hex") }) };
}

/** Sums up the rows of a COPY that passes through. */
function rowMeter(format: CopyFormat): { readonly stream: Transform; sums(): RowSums; bytes(): number } {
  const digester = createRowDigester(format);
  let sums: RowSums | null = null;
  let bytes = 0;
  const stream = new Transform({
    transform(piece: Buffer, _encoding, done: TransformCallback) {
      try {
        digester.push(piece);
        bytes += piece.length;
        done(null, piece);
      } catch (error) {
        done(toError(error));
      }
    },
    flush(done) {
      try {
        sums = digester.end();
        done();
      } catch (error) {
        done(toError(error));
      }
    },
  });
  return {
    stream,
    bytes: () => bytes,
    sums: () => {
      if (sums === null) throw new BackupError("copy:broken", "The rows can't be read: they never ended.");
      return sums;
    },
  };
}

const toError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

/** A chain of streams in which the failure of one ends them all, and is what the reader of the last one gets. */
function chain(source: Readable, ...steps: readonly Transform[]): Readable {
  let last: Readable = source;
  for (const step of steps) {
    const before = last;
    before.on("error", (error) => step.destroy(error));
    step.on("close", () => before.destroy());
    last = before.pipe(step);
  }
  return last;
}

/** A COPY's bytes on their way into storage. Ask for the facts once `packed` has ended. */
export function packRows(source: Readable, format: CopyFormat, sealer: Sealer | null) {
  const rows = rowMeter(format);
  const stored = meter();
  const zstd = createZstdCompress({ chunkSize: PIECE, params: ZSTD });
  const compressed = chain(source, rows.stream, zstd);
  const sealed = sealer === null ? compressed : sealer.seal(compressed);
  return {
    packed: chain(sealed, stored.stream),
    facts: () => ({ ...stored.passed(), raw_bytes: rows.bytes(), sums: rows.sums() }),
  };
}

/** Stored bytes on their way back: `rows` is what COPY gave. Ask for the facts once it has ended. */
export function unpackRows(source: Readable, format: CopyFormat, sealer: Sealer | null) {
  const stored = meter();
  const rows = rowMeter(format);
  const metered = chain(source, stored.stream);
  const opened = sealer === null ? metered : sealer.open(metered);
  const zstd = createZstdDecompress({ chunkSize: PIECE });
  return {
    rows: chain(opened, zstd, rows.stream),
    facts: () => ({ ...stored.passed(), raw_bytes: rows.bytes(), sums: rows.sums() }),
  };
}

/** Small texts go the same way. */
export function packText(text: string): Readable {
  return Readable.from([Buffer.from(text, "utf8")]);
}
