import { crc32, deflateSync, inflateSync } from "node:zlib";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const COLOURS = 256;
const COMMONEST = 192;

/**
 * A screenshot with a palette of 256 colours: about a third of the bytes, and the eye can't tell, since a page of text
 * has few colours. Takes what Chromium writes: 8 bits, RGB, not interlaced; throws for anything else.
 */
export function shrinkPng(png: Buffer): Buffer {
  const { header, data } = readChunks(png);
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  if (header[8] !== 8 || header[9] !== 2 || header[12] !== 0) throw new Error("not an 8-bit RGB screenshot");
  const pixels = unfilter(inflateSync(data), width * 3, height);
  const counts = countColours(pixels);
  const palette = choosePalette(counts);
  const nearest = new Map([...counts.keys()].map((colour) => [colour, indexOfNearest(colour, palette)]));
  const rows = Buffer.alloc(height * (width + 1));
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      rows[y * (width + 1) + 1 + x] = nearest.get(pixels.readUIntBE((y * width + x) * 3, 3)) ?? 0;
    }
  }
  const indexed = Buffer.from(header);
  indexed[9] = 3;
  const table = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
  const packed = deflateSync(rows, { level: 9, memLevel: 9 });
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", indexed),
    chunk("PLTE", table),
    chunk("IDAT", packed),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function readChunks(png: Buffer): { readonly header: Buffer; readonly data: Buffer } {
  const parts: Buffer[] = [];
  let header = png.subarray(0, 0);
  for (let at = SIGNATURE.length; at < png.length; at += 12 + png.readUInt32BE(at)) {
    const body = png.subarray(at + 8, at + 8 + png.readUInt32BE(at));
    const type = png.toString("latin1", at + 4, at + 8);
    if (type === "IHDR") header = body;
    if (type === "IDAT") parts.push(body);
  }
  return { header, data: Buffer.concat(parts) };
}

function chunk(type: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, "latin1"), body]);
  const framed = Buffer.alloc(named.length + 8);
  framed.writeUInt32BE(body.length, 0);
  named.copy(framed, 4);
  framed.writeUInt32BE(crc32(named), named.length + 4);
  return framed;
}

/** Undoes the five row filters of the PNG specification (ISO/IEC 15948, 9.2). `stride`: bytes of a row; 3 of a pixel. */
function unfilter(rows: Buffer, stride: number, height: number): Buffer {
  const out = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y += 1) {
    const kind = rows[y * (stride + 1)];
    for (let x = 0; x < stride; x += 1) {
      const at = y * stride + x;
      const left = x >= 3 ? (out[at - 3] ?? 0) : 0;
      const up = y > 0 ? (out[at - stride] ?? 0) : 0;
      const corner = x >= 3 && y > 0 ? (out[at - stride - 3] ?? 0) : 0;
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][kind ?? 0] ?? 0;
      out[at] = (rows[y * (stride + 1) + 1 + x] ?? 0) + guess;
    }
  }
  return out;
}

function paeth(left: number, up: number, corner: number): number {
  const sum = left + up - corner;
  const [a, b, c] = [Math.abs(sum - left), Math.abs(sum - up), Math.abs(sum - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}

function countColours(pixels: Buffer): Map<number, number> {
  const counts = new Map<number, number>();
  for (let at = 0; at < pixels.length; at += 3) {
    const colour = pixels.readUIntBE(at, 3);
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  return counts;
}

/** The commonest colours, then again and again the one that would be most wrong without a place of its own. */
function choosePalette(counts: ReadonlyMap<number, number>): number[] {
  const byCount = [...counts.keys()].sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0));
  const palette = byCount.slice(0, COMMONEST);
  const wrong = new Map(byCount.map((colour) => [colour, distance(colour, palette[indexOfNearest(colour, palette)])]));
  while (palette.length < Math.min(COLOURS, byCount.length)) {
    const weight = (colour: number): number => (wrong.get(colour) ?? 0) * (counts.get(colour) ?? 0);
    const worst = byCount.reduce((most, colour) => (weight(colour) > weight(most) ? colour : most));
    palette.push(worst);
    for (const [colour, error] of wrong) wrong.set(colour, Math.min(error, distance(colour, worst)));
  }
  return palette;
}

function indexOfNearest(colour: number, palette: readonly number[]): number {
  let best = 0;
  for (let i = 1; i < palette.length; i += 1) {
    if (distance(colour, palette[i]) < distance(colour, palette[best])) best = i;
  }
  return best;
}

function distance(a: number, b = 0): number {
  const [red, green, blue] = [(a >> 16) - (b >> 16), ((a >> 8) & 255) - ((b >> 8) & 255), (a & 255) - (b & 255)];
  return red * red + green * green + blue * blue;
}
