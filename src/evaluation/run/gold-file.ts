import { createHash } from "node:crypto";
import type { ReadBytes } from "#src/evaluation/results/byte-window";
import { findLayout } from "#src/evaluation/results/find-layout";
import { readElements } from "#src/evaluation/results/read-elements";
import { ResultFileError } from "#src/evaluation/results/result-file-error";
import { listProblems, readWhole } from "#src/evaluation/results/whole-file";
import type { GoldQuestion } from "#src/evaluation/run/case-record";
import { readQuestion } from "#src/evaluation/run/gold-question";

/** The cases of a gold file in its order, and the SHA-256 of the bytes that they were read from. */
export type GoldFile = { readonly sha256: string; readonly questions: readonly GoldQuestion[] };

/**
 * Reads a gold file: one JSON object a line (with or without a byte order mark, any line ends), an array, or `{"results": […]}`.
 * Every case counts: with a single wrong one the file is of no use, since a case left out would flatter the result. Throws
 * `ResultFileError` that names line and field of each.
 */
export async function readGold(path: string): Promise<GoldFile> {
  const bytes = await readWhole(path, "a gold file");
  const questions: GoldQuestion[] = [];
  const problems: string[] = [];
  const lineOf = new Map<string, number>();
  const lines = createLineCount(bytes);
  const read: ReadBytes = async (into, at, length, position) => bytes.copy(into, at, position, position + length);
  try {
    for await (const { value, offset } of readElements(read, await findLayout(read), new Map())) {
      const line = lines(offset);
      const found = readQuestion(value);
      if (!found.ok) {
        problems.push(`line ${line}: ${found.problem}`);
        continue;
      }
      const { id } = found.question;
      const first = lineOf.get(id);
      if (first === undefined) lineOf.set(id, line);
      else problems.push(`line ${line}: id ${JSON.stringify(id)} is already used on line ${first}`);
      questions.push(found.question);
    }
  } catch (error) {
    if (!(error instanceof ResultFileError)) throw error;
    const place = error.place ?? (error.cause instanceof ResultFileError ? error.cause.place : null);
    if (place === null && problems.length === 0) throw error;
    problems.push(place === null ? error.message : `line ${lines(place.offset)}: ${withoutPlace(error)}`);
  }
  if (problems.length > 0) throw new ResultFileError("shape", listProblems(problems));
  if (questions.length === 0) throw new ResultFileError("empty", "it holds no cases");
  return { sha256: createHash("sha256").update(bytes).digest("hex"), questions };
}

/** The line (from 1) of a byte. Asked in the order of the file. */
function createLineCount(bytes: Buffer): (offset: number) => number {
  let at = 0;
  let line = 1;
  return (offset) => {
    if (offset < at) [at, line] = [0, 1];
    for (; at < offset; at++) if (bytes[at] === 0x0a) line++;
    return line;
  };
}

/** People look for a line; the byte says nothing to them. */
const withoutPlace = ({ message }: ResultFileError): string =>
  message.replace(/^(?:in element \d+: )?(?:byte \d+|element \d+ \([^)]*\)): /, "");
