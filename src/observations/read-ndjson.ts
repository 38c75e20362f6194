import { isUtf8 } from "node:buffer";
import type { Entry } from "#src/observations/prepare-rows";

const NEWLINE = 0x0a;
/** Bytes of a line: an observation takes a few hundred, and answers that somebody sends along are read for nothing. */
const MOST_LINE = 256 * 1024;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** The lines of a body, numbered from 1, empty ones left out. Bytes that are no UTF-8 spoil their own line only. */
export function* readNdjson(body: Buffer): Generator<Entry> {
  const whole = isUtf8(body);
  let from = body.subarray(0, BOM.length).equals(BOM) ? BOM.length : 0;
  for (let place = 1; from < body.length; place++) {
    const found = body.indexOf(NEWLINE, from);
    const to = found < 0 ? body.length : found;
    const bytes = body.subarray(from, to);
    from = to + 1;
    if (bytes.length > MOST_LINE) {
      const sentence = `the line has ${bytes.length} bytes; at most ${MOST_LINE}`;
      yield { place, refusal: { kind: "shape", sentence } };
    } else if (!whole && !isUtf8(bytes)) {
      yield { place, refusal: { kind: "not-json", sentence: "it is no UTF-8" } };
    } else {
      const text = bytes.toString("utf8").trim();
      if (text !== "") yield parse(place, text);
    }
  }
}

function parse(place: number, text: string): Entry {
  try {
    const value: unknown = JSON.parse(text);
    return { place, value };
  } catch {
    // What the parser says quotes the line, which may hold anything.
    return { place, refusal: { kind: "not-json", sentence: "it is no JSON" } };
  }
}
