import { createHash } from "node:crypto";
import { z } from "zod";
import type { PoolEntry } from "#src/evaluation/few-shot/pool-entry";
import { normalise } from "#src/evaluation/leakage/normalise";
import { ResultFileError } from "#src/evaluation/results/result-file-error";
import { listProblems, readWhole } from "#src/evaluation/results/whole-file";

/** Candidates in the order of their file, and the SHA-256 of its bytes. */
export type Candidates = { readonly sha256: string; readonly entries: readonly PoolEntry[] };

const STORABLE = { error: "text without U+0000 and without half characters" };
const text = z.string({ error: "text" }).refine((value) => !value.includes("\0") && value.isWellFormed(), STORABLE);
const said = text.refine((value) => normalise(value) !== "", { error: "text with a word in it" }).nullish();
const candidateSchema = z.looseObject(
  {
    id: z.union([text.min(1), z.int()], { error: "text that is not empty, or a whole number" }),
    query: said,
    question: said,
    gt_answer: said,
    answer: said,
    source: text.nullish(),
    quality: z.number({ error: "a number from 0 to 1" }).min(0).max(1),
    added_at: z.union([z.iso.date(), z.iso.datetime({ offset: true })], { error: "a day like 2026-03-01, or a time" }),
  },
  { error: "a JSON object" },
);

/**
 * Reads a file of candidates: one JSON object a line (docs/few-shot.md). With a single wrong line the file is of no use: a candidate left out
 * would be an example lost that nobody misses. Throws `ResultFileError` that names line and field of each.
 */
export async function readCandidates(path: string): Promise<Candidates> {
  const bytes = await readWhole(path, "candidates");
  const [entries, problems, lineOf] = [[] as PoolEntry[], [] as string[], new Map<string, number>()];
  for (const [index, line] of bytes
    .toString("utf8")
    .replace(/^\ufeff/, "")
    .split("\n")
    .entries()) {
    if (line.trim() === "") continue;
    const found = readLine(line);
    if ("problem" in found) {
      problems.push(`line ${index + 1}: ${found.problem}`);
      continue;
    }
    const first = lineOf.get(found.id);
    if (first === undefined) lineOf.set(found.id, index + 1);
    else problems.push(`line ${index + 1}: id ${JSON.stringify(found.id)} is already used on line ${first}`);
    entries.push(found);
  }
  if (problems.length > 0) throw new ResultFileError("shape", listProblems(problems));
  if (entries.length === 0) throw new ResultFileError("empty", "it holds no candidates");
  return { sha256: createHash("sha256").update(bytes).digest("hex"), entries };
}

function readLine(line: string): PoolEntry | { readonly problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { problem: "it is no JSON" };
  }
  const parsed = candidateSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { problem: `${issue?.path.join(".") || "it"}: expected ${issue?.message ?? "something else"}` };
  }
  const { id, query, question, gt_answer: gold, answer, source, quality, added_at: addedAt } = parsed.data;
  const [asked, answered] = [query ?? question, gold ?? answer];
  if (typeof asked !== "string") return { problem: 'query: expected text with a word in it (or under "question")' };
  if (typeof answered !== "string")
    return { problem: 'gt_answer: expected text with a word in it (or under "answer")' };
  return { id: String(id), question: asked, answer: answered, source: source ?? "", quality, addedAt };
}
