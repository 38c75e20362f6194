import { z } from "zod";
import { claimList, documentList, labelMatrix, labelVector } from "#src/evaluation/results/list-schemas";

const ID = "expected text, or a whole number that can be read exactly";

/** A number that JSON can hold exactly, or text. Two ids that differ must not become one by rounding. */
const id = z
  .union([z.string(), z.number()], { error: ID })
  .refine((value) => typeof value === "string" || Number.isSafeInteger(value), { error: ID });
const text = z.string().nullish();

/**
 * One result of a checked file. Only what scoring rests on is looked at; other keys stay as they are. A label is exactly
 * "Entailment", "Neutral" or "Contradiction": another spelling is an error, not a guess.
 */
export const resultSchema = z.looseObject({
  query_id: id.nullish(),
  case_id: id.nullish(),
  id: id.nullish(),
  query: text,
  gt_answer: text,
  expected_answer: text,
  response: text,
  retrieved_context: documentList.nullish(),
  response_claims: claimList.nullish(),
  gt_answer_claims: claimList.nullish(),
  answer2response: labelVector.nullish(),
  response2answer: labelVector.nullish(),
  retrieved2response: labelMatrix.nullish(),
  retrieved2answer: labelMatrix.nullish(),
  /** Golive's own runs say so when the judge gave no usable answer. */
  judge: z.looseObject({ status: z.enum(["graded", "ungraded"]) }).nullish(),
});

export type CheckedElement = z.infer<typeof resultSchema>;
