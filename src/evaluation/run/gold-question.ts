import { z } from "zod";
import { isRefusal } from "#src/evaluation/oracle/refusal";
import type { GoldQuestion } from "#src/evaluation/run/case-record";

/** Characters. A longer question is a mistake in the file, and no service has to take it. */
const LONGEST_QUESTION = 20_000;
const LONGEST_ANSWER = 100_000;

const id = z.union([z.string().min(1), z.int()], { error: "text, or a whole number" }).nullish();
const textOf = (longest: number) =>
  z
    .string({ error: "text" })
    .refine((text) => text.length <= longest, { error: `at most ${longest} characters` })
    .refine((text) => !text.includes("\0") && text.isWellFormed(), {
      error: "text without U+0000 and without half characters",
    });
const answer = textOf(LONGEST_ANSWER).nullish();
const names = z
  .union([z.string(), z.array(z.string().min(1))], { error: "text, or a list of texts" })
  .nullish()
  .transform((given) => (given === null || given === undefined ? [] : [given].flat()));

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
    mode: z.string({ error: "text" }).nullish(),
    category: z.string({ error: "text" }).nullish(),
    gold_chunk_ids: z.array(z.string().min(1), { error: "a list of chunk ids" }).nullish(),
    gold_run_id: z.string().min(1, { error: "an ingestion run" }).nullish(),
    quotes: z
      .array(z.looseObject({ document: z.string().min(1), quote: z.string().min(1) }), {
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
  return {
    ok: true,
    question: {
      id: String(named),
      question,
      answer: best ?? "",
      answerable,
      chunks: run === null || chunks.length === 0 ? null : { run, ids: chunks },
      quotes: (raw.quotes ?? []).map(({ document, quote }) => ({ document, quote })),
      expectedFiles: raw.expected_files,
      tags: raw.tags,
      mode: raw.mode ?? null,
    },
  };
}

function answersOf({ gt_answer, expected_answer, response, answers }: Raw): readonly string[] {
  const single = gt_answer ?? expected_answer ?? response;
  return single === undefined || single === null ? (answers ?? []) : [single];
}

function isNegative({ tags, category }: Raw, accepted: readonly string[]): boolean {
  if ([...tags, category ?? ""].some((mark) => NEGATIVE.test(mark))) return true;
  return accepted.length > 0 && accepted.every(isRefusal);
}
