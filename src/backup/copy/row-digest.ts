import { createHash, hash } from "node:crypto";
import { BackupError } from "#src/backup/backup-error";

/** `binary` where every value has a form that another database reads; else the text form, which all have. */
export type CopyFormat = "binary" | "text";

/** Order-free sums over rows: of the first and of the second 64 bits of each row's SHA-256, as signed numbers, exact. */
export type RowSums = { readonly rows: number; readonly first: bigint; readonly second: bigint };

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

/** Rows until the parts of the sums are put together: each part stays a number that a double holds exactly. */
const FOLD = 1_000_000;

/**
 * Adds up one row at a time; `row`: its bytes. The hash comes as a string of bytes and is summed up in halves, because a buffer
 * and two big numbers for each row are what this would else spend its time on.
 */
function sumsOf(): { add(row: Uint8Array): void; sums(): RowSums } {
  let [rows, first, second] = [0, 0n, 0n];
  let [high1, low1, high2, low2] = [0, 0, 0, 0];
  const word = (digest: string, at: number): number =>
    (digest.charCodeAt(at) << 24) |
    (digest.charCodeAt(at + 1) << 16) |
    (digest.charCodeAt(at + 2) << 8) |
    digest.charCodeAt(at + 3);
  const fold = (): void => {
    first += (BigInt(high1) << 32n) + BigInt(low1);
    second += (BigInt(high2) << 32n) + BigInt(low2);
    [high1, low1, high2, low2] = [0, 0, 0, 0];
  };
  return {
    add: (row) => {
      const digest = hash("sha256", row, "binary");
      high1 += word(digest, 0);
      low1 += word(digest, 4) >>> 0;
      high2 += word(digest, 8);
      low2 += word(digest, 12) >>> 0;
      rows += 1;
      if (rows % FOLD === 0) fold();
    },
    sums: () => {
      fold();
      return { rows, first, second };
    },
  };
}

/** Beyond what is needed to end a row, so much more is copied at the seam of two pieces. */
const SEAM = 4_096;

/**
 * Gives pieces to `take` without copying them, but for the row at the seam of two. `take` returns how many bytes it used, and how
 * many it needs from there before it can go on: a value of a gigabyte would else be copied with each piece of it.
 */
function gather(take: (bytes: Buffer) => { readonly used: number; readonly needs: number }) {
  let waiting: Buffer[] = [];
  let size = 0;
  let needs = 1;
  const keep = (rest: Buffer): void => {
    waiting = rest.length === 0 ? [] : [rest];
    size = rest.length;
  };
  return {
    push: (piece: Buffer): void => {
      let fresh = piece;
      while (size > 0 && fresh.length > 0) {
        const wanted = Math.max(0, needs - size) + SEAM;
        const head = fresh.subarray(0, wanted);
        waiting.push(head);
        size += head.length;
        fresh = fresh.subarray(head.length);
        if (size < needs) return;
        const bytes = Buffer.concat(waiting, size);
        const taken = take(bytes);
        needs = taken.needs;
        const rest = bytes.subarray(taken.used);
        if (rest.length > head.length) keep(rest);
        else {
          // What is left over came with this piece: it is read where it is.
          fresh = piece.subarray(piece.length - fresh.length - rest.length);
          keep(Buffer.alloc(0));
        }
      }
      if (fresh.length === 0) return;
      const taken = take(fresh);
      needs = taken.needs;
      keep(fresh.subarray(taken.used));
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
  const buffer = gather((bytes) => {
    let at = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, at)) {
      total.add(bytes.subarray(at, end));
      at = end + 1;
    }
    // Twice as many the next time: a long line is looked through a few times, not once for each piece.
    return { used: at, needs: Math.max(1, (bytes.length - at) * 2) };
  });
  return {
    push: buffer.push,
    end: () => {
      if (buffer.left() > 0) throw broken("they end in the middle of a line");
      return total.sums();
    },
  };
}
