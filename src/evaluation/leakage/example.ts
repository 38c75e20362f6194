/** One entry of a few-shot pool, or one case of an evaluation set. */
export type Example = {
  readonly id: string;
  readonly question: string;
  /** Gold answers; none when the entry has none. */
  readonly answers: readonly string[];
  /** Every text in the entry, joined: where an answer could hide. */
  readonly text: string;
  /** Ids of the source or of the gold documents. */
  readonly sources: readonly string[];
  /** Where in its source the answer stands, as text: equal spans are equal texts. Null: nobody says. */
  readonly span: string | null;
  readonly embedding: readonly number[] | null;
};

/** What blocks, the strongest evidence first; then what a person has to look at. */
export const RULES = ["hash", "containment", "jaccard", "source", "injection", "answer"] as const;
export const REVIEW_RULES = ["cosine", "short-answer", "template", "phrase"] as const;
export type Rule = (typeof RULES)[number];
export type ReviewRule = (typeof REVIEW_RULES)[number];

/** A pair of which a rule says that the second leaked into the first. Places in the two lists; `score` from 0 to 1. */
export type Finding<R extends string = Rule | ReviewRule> = {
  readonly pool: number;
  readonly evaluation: number;
  readonly rule: R;
  readonly score: number;
};
