import { z } from "zod";
import type { Example } from "#src/evaluation/leakage/example";
import { normalise } from "#src/evaluation/leakage/normalise";
import { isRefusal } from "#src/evaluation/oracle/refusal";
import { findLayout } from "#src/evaluation/results/find-layout";
import { openFile } from "#src/evaluation/results/open-results";
import { type RawElement, readElements } from "#src/evaluation/results/read-elements";
import { ResultFileError } from "#src/evaluation/results/result-file-error";

const id = z.union([z.string(), z.number()]).nullish();
const text = z.string().nullish();
const ids = z.union([z.string(), z.number(), z.array(z.union([z.string(), z.number()]))]).nullish();

const exampleSchema = z.looseObject({
  id,
  query_id: id,
  case_id: id,
  query: text,
  question: text,
  gt_answer: text,
  expected_answer: text,
  answer: text,
  answers: z.array(z.string()).nullish(),
  response: text,
  source: ids,
  source_id: ids,
  doc_id: ids,
  document: ids,
  document_id: ids,
  gold_doc_id: ids,
  gold_doc_ids: ids,
  gold_document_id: ids,
  gold_document_ids: ids,
  expected_files: ids,
  answer_span: z.union([z.string(), z.array(z.number()), z.record(z.string(), z.number())]).nullish(),
  embedding: z.array(z.number()).nonempty().nullish(),
});
type RawExample = z.infer<typeof exampleSchema>;

const SOURCES = [
  ...(["source", "source_id", "doc_id", "document", "document_id"] as const),
  ...(["gold_doc_id", "gold_doc_ids", "gold_document_id", "gold_document_ids", "expected_files"] as const),
] as const;

/** What names an entry or a place; an answer doesn't hide there. */
const NOT_CONTENT: ReadonlySet<string> = new Set(["id", "query_id", "case_id", "tags", "mode", "category", ...SOURCES]);

/**
 * Reads a few-shot pool or an evaluation set: one JSON object a line, an array of them, or `{"results": […]}`. An entry of a
 * pool that was copied from an evaluation set may still carry that set's `query_id`: in a pool `id` comes first. Throws
 * `ResultFileError`, also for a file without entries: nothing compared is not the same as nothing found.
 */
export async function readExamples(path: string, role: "pool" | "evaluation"): Promise<Example[]> {
  const { read, close } = await openFile(path);
  try {
    const examples: Example[] = [];
    const elements = readElements(read, await findLayout(read), new Map());
    for await (const raw of elements) examples.push(toExample(raw, role));
    if (examples.length === 0)
      throw new ResultFileError("empty", "it holds no entries, so there is nothing to compare");
    return examples;
  } finally {
    await close();
  }
}

function toExample(raw: RawElement, role: "pool" | "evaluation"): Example {
  const parsed = exampleSchema.safeParse(raw.value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ResultFileError("shape", `${issue?.path.join(".") || "it"}: ${issue?.message ?? "wrong"}`, place(raw));
  }
  const entry = parsed.data;
  const question = entry.query ?? entry.question ?? "";
  if (normalise(question) === "") {
    throw new ResultFileError("shape", 'it has no question; expected text under "query" (or "question")', place(raw));
  }
  const answers = answersOf(entry).filter((answer) => normalise(answer) !== "");
  return {
    id: idOf(entry, role) ?? `#${raw.index}`,
    question,
    answers,
    text: [...textsIn(entry)].join("\n"),
    sources: SOURCES.flatMap((key) => entry[key] ?? []).map((source) => String(source).toLowerCase()),
    span: spanOf(entry, answers),
    embedding: entry.embedding ?? null,
  };
}

const place = ({ index, offset }: RawElement) => ({ index, offset });

function idOf({ id, query_id, case_id }: RawExample, role: "pool" | "evaluation"): string | null {
  const found = role === "pool" ? (id ?? query_id ?? case_id) : (query_id ?? case_id ?? id);
  return found === undefined || found === null ? null : String(found);
}

function answersOf({ gt_answer, expected_answer, answer, answers, response }: RawExample): readonly string[] {
  const [first] = [gt_answer, expected_answer, answer].filter((each) => typeof each === "string");
  if (first !== undefined) return [first];
  return answers ?? (typeof response === "string" ? [response] : []);
}

function spanOf({ answer_span }: RawExample, answers: readonly string[]): string | null {
  if (answer_span !== null && answer_span !== undefined) {
    return typeof answer_span === "string" ? normalise(answer_span) : JSON.stringify(Object.values(answer_span));
  }
  const [answer] = answers;
  return answer === undefined || isRefusal(answer) ? null : normalise(answer);
}

/** Every text of an entry, however deep. */
function* textsIn(value: unknown, key = ""): Generator<string> {
  if (NOT_CONTENT.has(key)) return;
  if (typeof value === "string") yield value;
  else if (typeof value === "object" && value !== null) {
    for (const [name, inner] of Object.entries(value)) yield* textsIn(inner, name);
  }
}
