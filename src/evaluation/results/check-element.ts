import { type Judgement, MATRICES } from "#src/evaluation/metrics/labels";
import { findSizeProblem } from "#src/evaluation/results/check-sizes";
import type { RawElement } from "#src/evaluation/results/read-elements";
import { ResultFileError } from "#src/evaluation/results/result-file-error";
import { type CheckedElement, resultSchema } from "#src/evaluation/results/result-schema";

/**
 * `graded`: all four checks were made · `partly`: some of them · `ungraded`: none, or the judge's answers were of no use. An
 * ungraded result has no score: it is counted beside the scores, never as a 0 and never as Neutral.
 */
export type Grading = "graded" | "partly" | "ungraded";

export type Result = {
  readonly index: number;
  /** Its id as text, or null where it has none. */
  readonly query: string | null;
  /** The element as it stands in the file, in the nested layout. */
  readonly element: Readonly<Record<string, unknown>>;
  readonly judgement: Judgement;
  readonly grading: Grading;
  /** How many claims the answer makes, as far as that is known. */
  readonly answerClaims: number | null;
};

/** One element, checked. Throws `ResultFileError` with its place, its query and the field. */
export function checkElement(raw: RawElement): Result {
  const parsed = resultSchema.safeParse(raw.value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const path = pathText(issue?.path ?? []);
    const found = JSON.stringify(at(raw.value, issue?.path ?? [])) ?? "nothing";
    const expected = issue === undefined ? "" : `; ${lowerFirst(issue.message)}`;
    throw problem(raw, `${path === "" ? "it" : path} is ${found.slice(0, 120)}${expected}`);
  }
  const sizes = findSizeProblem(parsed.data);
  if (sizes !== null) throw problem(raw, sizes);
  return toResult(raw, parsed.data);
}

function toResult(raw: RawElement, checked: CheckedElement): Result {
  const ungraded = checked.judge?.status === "ungraded";
  const judgement: Judgement = ungraded ? NOT_JUDGED : pick(checked);
  const made = MATRICES.filter((matrix) => judgement[matrix] !== null).length;
  return {
    index: raw.index,
    query: idOf(checked),
    element: isRecord(raw.value) ? raw.value : {},
    judgement,
    grading: made === 0 ? "ungraded" : made === MATRICES.length ? "graded" : "partly",
    answerClaims: (judgement.answer2response ?? judgement.retrieved2response)?.length ?? null,
  };
}

const NOT_JUDGED: Judgement = {
  answer2response: null,
  response2answer: null,
  retrieved2response: null,
  retrieved2answer: null,
};

function pick(checked: CheckedElement): Judgement {
  return {
    answer2response: checked.answer2response ?? null,
    response2answer: checked.response2answer ?? null,
    retrieved2response: checked.retrieved2response ?? null,
    retrieved2answer: checked.retrieved2answer ?? null,
  };
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function idOf({ query_id, case_id, id }: CheckedElement): string | null {
  const found = query_id ?? case_id ?? id ?? null;
  return found === null ? null : String(found);
}

function problem(raw: RawElement, sentence: string): ResultFileError {
  const { value } = raw;
  const named =
    typeof value === "object" && value !== null
      ? ["query_id", "case_id", "id"]
          .map((key) => at(value, [key]))
          .find((id) => typeof id === "string" || typeof id === "number")
      : undefined;
  return new ResultFileError("shape", sentence, {
    index: raw.index,
    offset: raw.offset,
    ...(named === undefined ? {} : { query: String(named) }),
  });
}

/** `retrieved2response[3][1]`. */
function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((key, index) => (typeof key === "number" ? `[${key}]` : `${index === 0 ? "" : "."}${String(key)}`))
    .join("");
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === "object" && inner !== null ? Object.getOwnPropertyDescriptor(inner, key)?.value : undefined,
    value,
  );
}

const lowerFirst = (text: string): string => `${text.slice(0, 1).toLowerCase()}${text.slice(1)}`;
