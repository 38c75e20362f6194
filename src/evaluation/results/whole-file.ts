import { readFile, stat } from "node:fs/promises";
import { ResultFileError } from "#src/evaluation/results/result-file-error";

/** Files that people write; one of more bytes is something else. */
const MOST_BYTES = 64 << 20;
/** Wrong lines that are told at once. */
const MOST_TOLD = 20;

/** All bytes of a file that people write. `what`: what it is, as "a gold file". Throws `ResultFileError`. */
export async function readWhole(path: string, what: string): Promise<Buffer> {
  try {
    const { size } = await stat(path);
    if (size > MOST_BYTES) {
      throw new ResultFileError("too-large", `it has ${size} bytes; ${what} may have ${MOST_BYTES >> 20} MB`);
    }
    return await readFile(path);
  } catch (cause) {
    if (cause instanceof ResultFileError) throw cause;
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    const why = code === "ENOENT" ? "there is no such file" : `it can't be read (${code})`;
    throw new ResultFileError("missing", why, null, { cause });
  }
}

/** All of a file's problems in one text: the only one as it is, several under each other. */
export function listProblems(problems: readonly string[]): string {
  const [only] = problems;
  if (only !== undefined && problems.length === 1) return only;
  const more = problems.length - MOST_TOLD;
  const rest = more > 0 ? [`and ${more} more`] : [];
  return `${problems.length} problems:\n  ${[...problems.slice(0, MOST_TOLD), ...rest].join("\n  ")}`;
}
