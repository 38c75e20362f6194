/** What a checker says about one claim against one reference (RAGChecker's and RefChecker's words, exactly). */
export const LABELS = ["Entailment", "Neutral", "Contradiction"] as const;
export type Label = (typeof LABELS)[number];

export type LabelVector = readonly Label[];
/** One row for each claim, one column for each retrieved document. */
export type LabelMatrix = readonly LabelVector[];

/**
 * The four label matrices of one result. Null: this check was not made, so nothing that rests on it is known. The names are
 * RAGChecker's: `reference2claims`.
 */
export type Judgement = {
  /** For each claim of the answer: does the gold answer entail it? */
  readonly answer2response: LabelVector | null;
  /** For each claim of the gold answer: does the answer entail it? */
  readonly response2answer: LabelVector | null;
  /** For each claim of the answer: which retrieved documents entail it? */
  readonly retrieved2response: LabelMatrix | null;
  /** For each claim of the gold answer: which retrieved documents entail it? */
  readonly retrieved2answer: LabelMatrix | null;
};

export const MATRICES = ["answer2response", "response2answer", "retrieved2response", "retrieved2answer"] as const;

/** True for exactly "Entailment": neither a contradiction nor a claim that nothing is known about counts for anything. */
export const entails = (label: Label): boolean => label === "Entailment";

/** True when there is no label in it: no claims, or claims without any retrieved document (`[[], []]`). */
export function holdsNoLabels(matrix: LabelMatrix): boolean {
  return matrix.every((row) => row.length === 0);
}
