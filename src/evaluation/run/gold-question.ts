import { z } from "zod";
import { isRefusal } from "#src/evaluation/oracle/refusal";
import { type GoldQuestion, goldCaseSchema } from "#src/evaluation/run/case-record";

/** Characters. A longer question is a mistake in the file, and no service has to take it. */
const LONGEST_QUESTION = 20_000;
const LONGEST_ANSWER = 100_000;

const isStorable = (text: string): boolean => !text.includes("\0") && text.isWellFormed();
const STORABLE = { error: "text without U+0000 and without half characters" };
const stored = z.string({ error: "text" }).refine(isStorable, STORABLE);
const name = stored.refine((text) => text !== "", { error: "text that is not empty" });
const id = z.union([name, z.int({ error: "text, or a whole number" })], { error: "text, or a whole number" }).nullish();
const textOf = (longest: number) =>
  stored.refine((text) => text.length <= longest, { error: `at most ${longest} characters` });
const answer = textOf(LONGEST_ANSWER).nullish();
const TEXTS = { error: "text, or a list of texts" };
/** "" is what an empty cell of a table becomes: none. */
const names = z
  .union([stored, z.array(name, TEXTS)], TEXTS)
  .nullish()
  .transform((given) => (given === null || given === undefined || given === "" ? [] : [given].flat()));

const rawSchema = z.looseObject(
  {
    query_id: id,
    case_id: id,
    id,
    query: textOf(LONGEST_QUESTION).nullish(),
    question: textOf(LONGEST_QUESTION).nullish(),
    gt_answer: answer,
    expected_answer: answer,
    response: answer,
    answers: z.array(textOf(LONGEST_ANSWER), { error: "a list of texts" }).nullish(),
    answerable: z.boolean({ error: "true or false" }).nullish(),
    expected_files: names,
    tags: names,
    mode: stored.nullish(),
    category: stored.nullish(),
    gold_chunk_ids: z.array(name, { error: "a list of chunk ids" }).nullish(),
    gold_run_id: name.nullish(),
    quotes: z
      .array(z.looseObject({ document: name, quote: name }, { error: "a {document, quote}" }), {
        error: "a list of {document, quote}",
      })
      .nullish(),
  },
  { error: "a JSON object" },
);
type Raw = z.infer<typeof rawSchema>;

/** Words that mark a question whose right answer is that there is none. */
const NEGATIVE = /^(?:negatives?|unanswerable)$/i;

/**
 * One case out of its JSON. Several names mean the same: `query_id`, `case_id` or `id`; `query` or `question`; `gt_answer`,
 * `expected_answer`, `response` or the first of `answers`. A case is negative when `answerable` is false, a tag or its category says
 * so, or every answer that it accepts is a refusal.
 */
export function readQuestion(
  value: unknown,
): { readonly ok: true; readonly question: GoldQuestion } | { readonly ok: false; readonly problem: string } {
  const no = (problem: string) => ({ ok: false, problem }) as const;
  const parsed = rawSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return no(`${issue?.path.map(String).join(".") || "it"}: expected ${issue?.message ?? "something else"}`);
  }
  const raw = parsed.data;
  const named = raw.query_id ?? raw.case_id ?? raw.id ?? null;
  if (named === null) return no("id: missing; expected query_id, case_id or id");
  const question = raw.query ?? raw.question ?? "";
  if (question.trim() === "")
    return no(`query: missing or empty in case ${JSON.stringify(named)}; expected the question`);
  const accepted = answersOf(raw).filter((text) => text.trim() !== "");
  const answerable = raw.answerable ?? !isNegative(raw, accepted);
  const [best] = accepted;
  if (best === undefined && answerable) {
    const names = "gt_answer, expected_answer, response or answers";
    return no(`gt_answer: missing or empty in case ${JSON.stringify(named)}; expected ${names}`);
  }
  const chunks = raw.gold_chunk_ids ?? [];
  const run = raw.gold_run_id ?? null;
  if (chunks.length > 0 && run === null) {
    return no(`gold_run_id: missing in case ${JSON.stringify(named)}; chunk ids mean nothing without their run`);
  }
  // As it will be read back: what can't be is refused here, before anything is paid for.
  const kept = goldCaseSchema.safeParse({
    id: String(named),
    question,
    answer: best ?? "",
    answerable,
    chunks: run === null || chunks.length === 0 ? null : { run, ids: chunks },
    quotes: (raw.quotes ?? []).map(({ document, quote }) => ({ document, quote })),
    expectedFiles: raw.expected_files,
    tags: raw.tags,
    mode: raw.mode ?? null,
  } satisfies GoldQuestion);
  if (kept.success) return { ok: true, question: kept.data };
  return no(`${kept.error.issues[0]?.path.map(String).join(".") || "it"}: expected what an evaluation can store`);
}

function answersOf({ gt_answer, expected_answer, response, answers }: Raw): readonly string[] {
  const single = gt_answer ?? expected_answer ?? response;
  return single === undefined || single === null ? (answers ?? []) : [single];
}

function isNegative({ tags, category }: Raw, accepted: readonly string[]): boolean {
  if ([...tags, category ?? ""].some((mark) => NEGATIVE.test(mark))) return true;
  return accepted.length > 0 && accepted.every(isRefusal);
}
