import { createHash, hash } from "node:crypto";
import { BackupError } from "#src/backup/backup-error";

/** `binary` where every value has a form that another database reads; else the text form, which all have. */
export type CopyFormat = "binary" | "text";

/** Order-free sums over rows: of the first and of the second 64 bits of each row's SHA-256, as signed numbers, exact. */
export type RowSums = { readonly rows: number; readonly first: bigint; readonly second: bigint };

export const NO_ROWS: RowSums = { rows: 0, first: 0n, second: 0n };

export const addSums = (a: RowSums, b: RowSums): RowSums => ({
  rows: a.rows + b.rows,
  first: a.first + b.first,
  second: a.second + b.second,
});

/** What a table's content is called: the same rows in whatever order give the same text. */
export function contentDigest({ rows, first, second }: RowSums): string {
  const sums = createHash("sha256").update(`${first},${second}`).digest("hex");
  return `gs1:${rows}:${sums.slice(0, 32)}`;
}

/** Takes the bytes of one COPY in pieces of any size and sums up its rows. */
export type RowDigester = {
  push(piece: Buffer): void;
  /** Throws `BackupError` when the stream ended in the middle. */
  end(): RowSums;
};

const SIGNATURE = Buffer.from("PGCOPY\n\u00ff\r\n\0", "latin1");
const HEADER = SIGNATURE.length + 8;

const broken = (what: string): BackupError => new BackupError("copy:broken", `The rows can't be read: ${what}.`);

/** Digester of the bytes that `COPY` gives in that format. */
export const createRowDigester = (format: CopyFormat): RowDigester =>
  format === "binary" ? binaryDigester() : textDigester();

/** Adds up one row at a time; `row`: its bytes. */
function sumsOf(): { add(row: Uint8Array): void; sums(): RowSums } {
  let [rows, first, second] = [0, 0n, 0n];
  return {
    add: (row) => {
      const digest = hash("sha256", row, "buffer");
      rows += 1;
      first += digest.readBigInt64BE(0);
      second += digest.readBigInt64BE(8);
    },
    sums: () => ({ rows, first, second }),
  };
}

/**
 * Joins pieces once enough bytes wait: a value of a gigabyte would else be copied with each piece of it. `take` returns how
 * many bytes it used, and how many it needs in all before it can go on.
 */
function gather(take: (bytes: Buffer) => { readonly used: number; readonly needs: number }) {
  let waiting: Buffer[] = [];
  let size = 0;
  let needs = 1;
  return {
    push: (piece: Buffer): void => {
      waiting.push(piece);
      size += piece.length;
      if (size < needs) return;
      const bytes = waiting.length === 1 ? piece : Buffer.concat(waiting, size);
      const taken = take(bytes);
      const rest = bytes.subarray(taken.used);
      waiting = rest.length === 0 ? [] : [rest];
      size = rest.length;
      needs = taken.needs;
    },
    left: () => size,
  };
}

function binaryDigester(): RowDigester {
  const total = sumsOf();
  let state: "header" | "rows" | "ended" = "header";
  /** The row at `at`: where its fields begin and end; or how many bytes it takes at least. */
  function rowAt(bytes: Buffer, at: number): { readonly end: number; readonly fields: number } | { needs: number } {
    if (bytes.length < at + 2) return { needs: at + 2 };
    const fields = bytes.readInt16BE(at);
    let end = at + 2;
    for (let field = 0; field < fields; field++) {
      if (bytes.length < end + 4) return { needs: end + 4 };
      const length = bytes.readInt32BE(end);
      if (length < -1) throw broken("a value has an impossible length");
      end += 4 + Math.max(0, length);
      if (bytes.length < end) return { needs: end };
    }
    return { end, fields };
  }
  const buffer = gather((bytes) => {
    let at = 0;
    if (state === "header") {
      if (bytes.length < HEADER) return { used: 0, needs: HEADER };
      if (!bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE))
        throw broken("they don't begin as COPY's binary form");
      at = HEADER + bytes.readInt32BE(SIGNATURE.length + 4);
      if (bytes.length < at) return { used: 0, needs: at };
      state = "rows";
    }
    for (;;) {
      if (state === "ended") {
        if (at < bytes.length) throw broken("something follows their end");
        return { used: at, needs: 1 };
      }
      const row = rowAt(bytes, at);
      if ("needs" in row) return { used: at, needs: row.needs - at };
      if (row.fields === -1) state = "ended";
      else total.add(bytes.subarray(at + 2, row.end));
      at = row.end;
    }
  });
  return {
    push: buffer.push,
    end: () => {
      if (state !== "ended") throw broken("they end in the middle");
      return total.sums();
    },
  };
}

const NEWLINE = 10;

function textDigester(): RowDigester {
  const total = sumsOf();
  let seen = 0;
  const buffer = gather((bytes) => {
    let at = 0;
    for (;;) {
      // What was looked through in vain isn't looked through again.
      const end = bytes.indexOf(NEWLINE, Math.max(at, seen));
      if (end === -1) {
        seen = bytes.length - at;
        return { used: at, needs: Math.max(1, seen * 2) };
      }
      total.add(bytes.subarray(at, end));
      at = end + 1;
      seen = 0;
    }
  });
  return {
    push: buffer.push,
    end: () => {
      if (buffer.left() > 0) throw broken("they end in the middle of a line");
      return total.sums();
    },
  };
}
