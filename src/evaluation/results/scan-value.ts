/** How far the scan of one JSON value has come; it goes on in the next piece of the file. */
export type Scan = {
  depth: number;
  inString: boolean;
  /** The last byte of the piece was a backslash in a string. */
  escaped: boolean;
  /** The value is neither text, array nor object: it ends before whatever can't belong to it. */
  scalar: boolean;
};

export const newScan = (): Scan => ({ depth: 0, inString: false, escaped: false, scalar: false });

export const MORE = -1;
export const TOO_DEEP = -2;

/** Deeper nesting is no result file; and what JSON.parse can read, JSON.stringify could not write. */
const MOST_DEPTH = 500;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const COMMA = 0x2c;

/**
 * Finds where a JSON value ends that begins at `from`, without understanding it: it counts brackets outside of strings. UTF-8
 * needs no care, as no byte of a longer character looks like ASCII. Returns the place after the value, `MORE` when it goes on
 * behind `to`, or `TOO_DEEP`. What lies between is for JSON.parse to judge.
 */
export function scanValue(bytes: Uint8Array, from: number, to: number, scan: Scan): number {
  let at = from;
  let { depth, inString } = scan;
  if (scan.escaped && at < to) {
    at++;
    scan.escaped = false;
  }
  while (at < to) {
    if (inString) {
      let byte = bytes[at];
      while (byte !== QUOTE && byte !== BACKSLASH && ++at < to) byte = bytes[at];
      if (at >= to) break;
      if (byte === BACKSLASH) {
        at += 2;
        // The escaped byte may be the first of the next piece.
        if (at > to) scan.escaped = true;
        continue;
      }
      inString = false;
      at++;
      if (depth === 0) return at;
      continue;
    }
    switch (bytes[at]) {
      case QUOTE:
        if (scan.scalar) return at;
        inString = true;
        break;
      case OPEN_ARRAY:
      case OPEN_OBJECT:
        if (scan.scalar) return at;
        if (++depth > MOST_DEPTH) return TOO_DEEP;
        break;
      case CLOSE_ARRAY:
      case CLOSE_OBJECT:
        if (depth === 0) return at;
        if (--depth === 0) return at + 1;
        break;
      default:
        if (depth > 0) break;
        if (isBetween(bytes[at])) return at;
        scan.scalar = true;
    }
    at++;
  }
  scan.depth = depth;
  scan.inString = inString;
  return MORE;
}

/** White space or a comma: what can stand after a value. */
const isBetween = (byte: number | undefined): boolean => byte === COMMA || isSpace(byte);

/** JSON's white space. */
export function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
