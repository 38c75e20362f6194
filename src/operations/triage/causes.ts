/** Where something went wrong, in the order in which ties are told. */
export const CAUSES = ["retrieval", "generation", "performance", "reliability", "governance"] as const;
export type Cause = (typeof CAUSES)[number];

/** What shows in the traces of a case, each of one cause. The id is what SOP cards name. */
export const SIGNS = {
  "gold-not-retrieved": "retrieval",
  "gold-lost-before-reader": "retrieval",
  "claims-not-in-context": "retrieval",
  "more-beside-the-point": "retrieval",
  "search-clamped": "retrieval",
  "gold-not-used": "generation",
  "refused-with-gold": "generation",
  "answered-negative": "generation",
  "made-up": "generation",
  "took-wrong-passage": "generation",
  "slow-embedding": "performance",
  "slow-search": "performance",
  "slow-rerank": "performance",
  "slow-generation": "performance",
  "slow-elsewhere": "performance",
  "slow-on-the-way": "performance",
  "slow-unknown": "performance",
  "no-answer": "reliability",
  "not-graded": "reliability",
  "not-asked": "reliability",
  retried: "reliability",
  "not-as-asked": "governance",
  "made-otherwise": "governance",
  "tool-rule": "governance",
  "prefix-in-search-text": "governance",
  "over-budget": "governance",
  "no-prompt-audit": "governance",
} as const satisfies Readonly<Record<string, Cause>>;
export type Sign = keyof typeof SIGNS;

export const isSign = (text: string): text is Sign => Object.hasOwn(SIGNS, text);
export const SIGN_IDS: readonly Sign[] = Object.keys(SIGNS).filter(isSign);

/** Why nothing can be said of a case. */
export type Unexplained = "graded-otherwise" | "nothing-shows";

/** What the traces say of one case. `sign` and `cause` null: they don't tell, and `says` why. */
export type CaseFinding = {
  readonly id: string;
  readonly sign: Sign | null;
  readonly cause: Cause | null;
  /** A sentence that names the evidence. */
  readonly says: string;
};

export const because = (id: string, sign: Sign, says: string): CaseFinding => ({ id, sign, cause: SIGNS[sign], says });
export const unexplained = (id: string, says: string): CaseFinding => ({ id, sign: null, cause: null, says });
