import { readFile } from "node:fs/promises";
import { z } from "zod";

const caseSchema = z.object({ id: z.string().min(1), query: z.string().trim().min(1) });

/**
 * The questions of a gold file (one JSON object with `id` and `query` a line), the first by id. Lines of another form are
 * passed over; a file that can't be read, or isn't lines of JSON, has none: its dataset's facts say so in the manifest.
 */
export async function readQuestions(file: string, most: number, signal?: AbortSignal): Promise<readonly string[]> {
  let text: string;
  try {
    text = await readFile(file, { encoding: "utf8", ...(signal === undefined ? {} : { signal }) });
  } catch {
    signal?.throwIfAborted();
    return [];
  }
  const cases = text.split("\n").flatMap((line) => {
    const parsed = caseSchema.safeParse(parseLine(line));
    return parsed.success ? [parsed.data] : [];
  });
  const byId = cases.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  return byId.slice(0, most).map(({ query }) => query);
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
