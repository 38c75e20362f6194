import { open } from "node:fs/promises";
import { join } from "node:path";
import type { Problem } from "#src/config/problems";

/** No configuration of a person is this large; a larger one is a mistake, or meant to hurt the parser. */
const MAX_CONFIG_BYTES = 1024 * 1024;

/** Reads a file as strict UTF-8. What the operating system answers is turned into something a person can act on. */
export async function readConfigFile(
  dir: string,
  name: string,
): Promise<{ readonly ok: true; readonly text: string } | { readonly ok: false; readonly problem: Problem }> {
  const no = (found: string, expected: string) =>
    ({ ok: false, problem: { file: join(dir, name), line: null, path: "", found, expected } }) as const;
  try {
    const handle = await open(join(dir, name));
    try {
      const stat = await handle.stat();
      if (!stat.isFile()) return no("not a file", "a readable file");
      if (stat.size > MAX_CONFIG_BYTES) return no(`${stat.size} bytes`, `at most ${MAX_CONFIG_BYTES} bytes (1 MB)`);
      const text = new TextDecoder("utf-8", { fatal: true }).decode(await handle.readFile());
      if (text.includes("\0")) return no("a NUL character in it", "plain text");
      return { ok: true, text };
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const code = "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ENOTDIR") return no("the file is missing", "all four files in the directory");
    if (code === "ERR_ENCODING_INVALID_ENCODED_DATA") return no("not valid UTF-8", "a text file in UTF-8");
    if (typeof code === "string") return no(`can't be read (${code})`, "a readable file");
    throw error;
  }
}
