import { open } from "node:fs/promises";
import { CliError } from "#src/cli/io";

const CHUNK = 1 << 20;
/** A line that is longer than this is no observation; it would have to be held in memory as a whole. */
const MOST_LINE = 16 << 20;
const NEWLINE = 0x0a;

/**
 * Gives each line of a file of any size to `take`, without its end; reads on only when that is done. Bytes that are no UTF-8 come as
 * replacement characters. Throws `CliError` for a file that can't be read. `what`: what the file is read for.
 */
export async function readLines(path: string, what: string, take: (line: string) => void): Promise<void> {
  const handle = await open(path, "r").catch((cause: unknown) => {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    const why = code === "ENOENT" ? "there is no such file" : `it can't be opened (${code})`;
    throw new CliError(`${path} can't be ${what}: ${why}.`);
  });
  try {
    if ((await handle.stat()).isDirectory()) throw new CliError(`${path} can't be ${what}: it is a directory.`);
    let buffer = Buffer.allocUnsafe(CHUNK);
    let held = 0;
    for (let first = true; ; ) {
      if (held === buffer.length) {
        if (held >= MOST_LINE)
          throw new CliError(`${path} can't be ${what}: a line is longer than ${MOST_LINE >> 20} MB.`);
        buffer = Buffer.concat([buffer], buffer.length * 2);
      }
      const { bytesRead } = await handle.read(buffer, held, buffer.length - held, null);
      const end = held + bytesRead;
      const whole = bytesRead === 0 ? end : buffer.lastIndexOf(NEWLINE, end - 1) + 1;
      if (whole > 0) {
        takeLines(text(buffer.subarray(0, whole), first), take);
        first = false;
        buffer.copyWithin(0, whole, end);
      }
      held = bytesRead === 0 ? 0 : end - whole;
      if (bytesRead === 0) return;
    }
  } finally {
    await handle.close();
  }
}

/** A byte order mark at the beginning is none of the text. */
function text(bytes: Buffer, first: boolean): string {
  const decoded = bytes.toString("utf8");
  return first && decoded.startsWith("\ufeff") ? decoded.slice(1) : decoded;
}

function takeLines(lines: string, take: (line: string) => void): void {
  for (let from = 0; from < lines.length; ) {
    const found = lines.indexOf("\n", from);
    const to = found < 0 ? lines.length : found;
    take(lines.slice(from, to));
    from = to + 1;
  }
}
