import { z } from "zod";
import { LABELS, type LabelMatrix, type LabelVector } from "#src/evaluation/metrics/labels";

/** What is wrong in a list: the way to it, and what was expected there. */
type Flaw = { readonly path: readonly number[]; readonly expected: string };
type FindFlaw = (value: unknown) => Flaw | null;

/**
 * A schema around a plain loop. Labels and claims are nine tenths of the values in a file: checked one by one by zod they cost as
 * much as parsing the file; in a loop, a tenth of that.
 */
function listOf<T>(find: FindFlaw) {
  return z.custom<T>().superRefine((value, context) => {
    const flaw = find(value);
    if (flaw !== null) context.addIssue({ code: "custom", path: [...flaw.path], message: `expected ${flaw.expected}` });
  });
}

/** Each item of an array by itself; the first flaw counts. */
const each =
  (find: FindFlaw, expected: string): FindFlaw =>
  (value) => {
    if (!Array.isArray(value)) return { path: [], expected };
    for (let index = 0; index < value.length; index++) {
      const flaw = find(value[index]);
      if (flaw !== null) return { path: [index, ...flaw.path], expected: flaw.expected };
    }
    return null;
  };

const exactly = (expected: string, holds: (value: unknown) => boolean): FindFlaw => {
  const flaw: Flaw = { path: [], expected };
  return (value) => (holds(value) ? null : flaw);
};

const [ENTAILMENT, NEUTRAL, CONTRADICTION] = LABELS;
const aLabel = exactly(
  `exactly one of ${LABELS.join(", ")}`,
  (value) => value === NEUTRAL || value === ENTAILMENT || value === CONTRADICTION,
);
const aVector = each(aLabel, "an array with one label for each claim");

const aWord = exactly("text", (value) => typeof value === "string");
const aTriple = each(aWord, "a claim: text, or an array of texts");
const aClaim: FindFlaw = (value) => (typeof value === "string" ? null : aTriple(value));

const aDocument = exactly(
  "a document: an object whose text is text",
  (value) => typeof value === "object" && value !== null && !Array.isArray(value) && hasNoOddText(value),
);

function hasNoOddText(document: object): boolean {
  return !("text" in document) || document.text === null || typeof document.text === "string";
}

export const labelVector = listOf<LabelVector>(aVector);
export const labelMatrix = listOf<LabelMatrix>(each(aVector, "an array with one row of labels for each claim"));
export const claimList = listOf<readonly (string | readonly string[])[]>(each(aClaim, "an array of claims"));
export const documentList = listOf<readonly object[]>(each(aDocument, "an array of documents"));
