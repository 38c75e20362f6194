import { isRefusal } from "#src/evaluation/oracle/refusal";

export type NegativeCase = {
  readonly id: string;
  /** Null: it was not answered (an error, a timeout). That is no refusal, and no score. */
  readonly response: string | null;
};

export type Refusals = {
  /** Share of the answered negatives that were refused, 0 to 1; null without any. */
  readonly correct: number | null;
  readonly answered: number;
  readonly unanswered: number;
  /** Questions without an answer that got one. */
  readonly madeUpIds: readonly string[];
};

/** Correct refusals: of questions that the documents don't answer, the share of which the service said so. */
export function countRefusals(cases: readonly NegativeCase[]): Refusals {
  const answered = cases.flatMap(({ id, response }) =>
    response === null ? [] : [{ id, refused: isRefusal(response) }],
  );
  const madeUp = answered.filter(({ refused }) => !refused);
  return {
    correct: answered.length === 0 ? null : 1 - madeUp.length / answered.length,
    answered: answered.length,
    unanswered: cases.length - answered.length,
    madeUpIds: madeUp.map(({ id }) => id),
  };
}

/**
 * The share of answers to answerable questions that make no claim. Nothing in them is wrong, so hallucination calls them good:
 * this stands beside it. Null without answers.
 */
export function abstentionRate(claims: readonly number[]): number | null {
  return claims.length === 0 ? null : claims.filter((count) => count === 0).length / claims.length;
}
