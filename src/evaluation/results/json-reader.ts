import { isUtf8 } from "node:buffer";
import type { ByteWindow } from "#src/evaluation/results/byte-window";
import { type Place, ResultFileError } from "#src/evaluation/results/result-file-error";
import { isSpace, MORE, newScan, scanValue, TOO_DEEP } from "#src/evaluation/results/scan-value";

/** A value as it stands in the file. `bytes` are valid until the reader is used again. */
export type Piece = { readonly offset: number; readonly bytes: Buffer };

/** Walks through a JSON text of any length, value by value. Values are cut, not parsed: `parsePiece` does that. */
export type JsonReader = {
  offset(): number;
  /** The next byte that is no white space, as a character; it stays. Null at the end of the file. */
  peek(): Promise<string | null>;
  /** Takes the next character, which must be one of `wanted`. */
  take(wanted: readonly string[], what: string): Promise<string>;
  value(): Promise<Piece>;
  /** Passes over a value of any length, and keeps nothing of it. */
  skip(): Promise<void>;
};

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

export async function openJson(window: ByteWindow): Promise<JsonReader> {
  await passByteOrderMark(window);
  const peek = async (): Promise<string | null> => {
    for (;;) {
      while (window.from < window.to && isSpace(window.bytes[window.from])) window.from++;
      const byte = window.from < window.to ? window.bytes[window.from] : undefined;
      if (byte !== undefined) return String.fromCharCode(byte);
      if (!(await window.fill())) return null;
    }
  };
  /** Where the value ends that begins at `from`, in the window as it then is. `keep`: none of it may be forgotten. */
  const findEnd = async (keep: boolean): Promise<number> => {
    const scan = newScan();
    const start = window.offset();
    let seen = 0;
    for (;;) {
      const end = scanValue(window.bytes, window.from + seen, window.to, scan);
      if (end === TOO_DEEP) throw new ResultFileError("not-json", "nested too deeply", { offset: start });
      if (end !== MORE) return end;
      seen = keep ? window.to - window.from : 0;
      if (!keep) window.from = window.to;
      if (await window.fill()) continue;
      if (scan.scalar) return window.to;
      throw truncated(start, "in the middle of the value that begins here");
    }
  };
  return {
    offset: () => window.offset(),
    peek,
    async take(wanted, what) {
      const found = await peek();
      if (found === null) throw truncated(window.offset(), `where ${what} was expected`);
      if (!wanted.includes(found)) throw unexpected(found, what, { offset: window.offset() });
      window.from++;
      return found;
    },
    async value() {
      await peek();
      const offset = window.offset();
      const end = await findEnd(true);
      const bytes = window.bytes.subarray(window.from, end);
      window.from = end;
      return { offset, bytes };
    },
    async skip() {
      await peek();
      window.from = await findEnd(false);
    },
  };
}

async function passByteOrderMark(window: ByteWindow): Promise<void> {
  while (window.to - window.from < BYTE_ORDER_MARK.length && (await window.fill()));
  const head = window.bytes.subarray(window.from, window.from + BYTE_ORDER_MARK.length);
  if (window.to - window.from >= BYTE_ORDER_MARK.length && head.equals(BYTE_ORDER_MARK)) {
    window.from += BYTE_ORDER_MARK.length;
  }
}

/** What the piece says. Throws `ResultFileError` where it isn't UTF-8 or isn't JSON. */
export function parsePiece({ bytes, offset }: Piece, index?: number): unknown {
  const place: Place = index === undefined ? { offset } : { index, offset };
  if (!isUtf8(bytes)) throw new ResultFileError("not-utf8", "not valid UTF-8", place);
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ResultFileError("not-json", `not JSON: ${why}`, { ...place, ...queryIn(bytes) }, { cause });
  }
}

/** Best effort, for a message about something that can't be parsed: the id that stands in it. */
function queryIn(bytes: Buffer): { readonly query?: string } {
  const [, query] = /"(?:query_id|case_id|id)"\s*:\s*"([^"\\]{1,200})"/.exec(bytes.toString("utf8")) ?? [];
  return query === undefined ? {} : { query };
}

function unexpected(found: string, what: string, place: Place): ResultFileError {
  const shown = found >= " " && found <= "~" ? `"${found}"` : `byte 0x${found.charCodeAt(0).toString(16)}`;
  return new ResultFileError("not-json", `${shown} where ${what} was expected`, place);
}

function truncated(offset: number, where: string): ResultFileError {
  return new ResultFileError("truncated", `the file ends ${where}; it was cut off`, { offset });
}
