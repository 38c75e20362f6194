import { readFile } from "node:fs/promises";

/** A question with a known answer. `negative`: the documents don't answer it, and saying so is right. */
export type GoldCase = {
  readonly id: string;
  readonly query: string;
  /** Acceptable answers, at least one. */
  readonly answers: readonly string[];
  /** Paths or file names that hold the evidence; empty when nobody labelled the case. */
  readonly expectedFiles: readonly string[];
  readonly tags: readonly string[];
  readonly mode: string | null;
  readonly negative: boolean;
};

/** A gold file that can't be used. The message lists every bad line: a case left out would flatter the result. */
export class GoldFileError extends Error {
  override readonly name = "GoldFileError";
}

/** Reads a JSONL file of gold cases. Throws `GoldFileError`. */
export async function loadGold(file: string): Promise<GoldCase[]> {
  return parseGold(await readFile(file, "utf8"), file);
}

/** `name` is for messages. Blank lines are skipped; everything else must be a case. */
export function parseGold(text: string, name: string): GoldCase[] {
  const cases: GoldCase[] = [];
  const problems: string[] = [];
  const lineOf = new Map<string, number>();
  for (const [index, raw] of text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .entries()) {
    if (raw.trim() === "") continue;
    const line = index + 1;
    const parsed = parseCase(raw);
    if (typeof parsed === "string") {
      problems.push(`${name}:${line}: ${parsed}`);
      continue;
    }
    const first = lineOf.get(parsed.id);
    if (first !== undefined) problems.push(`${name}:${line}: id "${parsed.id}" is already used on line ${first}`);
    lineOf.set(parsed.id, line);
    cases.push(parsed);
  }
  if (cases.length === 0 && problems.length === 0) problems.push(`${name}: no cases`);
  if (problems.length > 0) throw new GoldFileError(problems.join("\n"));
  return cases;
}

function parseCase(raw: string): GoldCase | string {
  let value: unknown;
  try {
    value = JSON.parse(raw);
  } catch {
    return "not JSON; expected one JSON object per line";
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "expected a JSON object";
  const fields = new Map<string, unknown>(Object.entries(value));
  const first = (...names: string[]) => names.map((name) => fields.get(name)).find((field) => field !== undefined);
  const id = first("query_id", "case_id", "id");
  const query = fields.get("query");
  const answers = texts(first("gt_answer", "expected_answer", "response", "answers"));
  const expectedFiles = texts(fields.get("expected_files") ?? []);
  const tags = texts(fields.get("tags") ?? []);
  const mode = fields.get("mode") ?? null;
  if ((typeof id !== "string" || id === "") && typeof id !== "number") return "no id; expected query_id, case_id or id";
  if (typeof query !== "string" || query.trim() === "") return "no query; expected text";
  if (answers === null || answers.length === 0)
    return "no answer; expected gt_answer, expected_answer, response or answers";
  if (expectedFiles === null) return "expected_files must be a list of file names";
  if (tags === null) return "tags must be text or a list of texts";
  if (mode !== null && typeof mode !== "string") return "mode must be text";
  const category = fields.get("category");
  const marks = [...tags, ...(typeof category === "string" ? [category] : [])];
  const negative = marks.some((mark) => /^(negatives?|unanswerable)$/i.test(mark)) || /^unanswerable/i.test(String(id));
  return { id: String(id), query, answers, expectedFiles, tags, mode, negative };
}

/** A text or a list of texts, as a list; null for anything else. */
function texts(value: unknown): string[] | null {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  const found = list.filter((part): part is string => typeof part === "string" && part !== "");
  return found.length === list.length ? found : null;
}
