import type { Judgement, Label } from "#src/evaluation/metrics/labels";
import type { Metric } from "#src/evaluation/metrics/metric-names";

/** Verdicts of a checker, with the metrics that a person computed from them on paper. */
export type KnownScore = {
  readonly id: string;
  readonly judgement: Judgement;
  readonly metrics: Readonly<Record<Metric, number>>;
};

const E: Label = "Entailment";
const N: Label = "Neutral";
const C: Label = "Contradiction";

/**
 * By the formulas in score-judgement.ts, worked out by hand. Four answers: an ordinary one, one that is all wrong, one that says
 * nothing, and one for which nothing was retrieved.
 */
export const KNOWN_SCORES: readonly KnownScore[] = [
  {
    id: "mixed",
    judgement: {
      answer2response: [E, N, E, C],
      response2answer: [E, N],
      // Documents 1 and 2 are relevant (below), document 3 is not.
      retrieved2response: [
        [E, N, N],
        [N, E, N],
        [N, N, N],
        [N, C, E],
      ],
      retrieved2answer: [
        [E, N, N],
        [N, E, N],
      ],
    },
    metrics: {
      // 2 of 4; 1 of 2; 2 · ½ · ½ / 1.
      precision: 0.5,
      recall: 0.5,
      f1: 0.5,
      // Both gold claims are found; documents 1 and 2 of 3 help; one of two found claims was used.
      claim_recall: 1,
      context_precision: 2 / 3,
      context_utilization: 0.5,
      // Claim 2 is wrong and from document 2; claim 4 is wrong and from document 3 alone.
      noise_sensitivity_in_relevant: 0.25,
      noise_sensitivity_in_irrelevant: 0.25,
      // Only claim 3 is from nowhere, and it is right.
      hallucination: 0,
      self_knowledge: 0.25,
      faithfulness: 0.75,
    },
  },
  {
    id: "all-wrong",
    judgement: {
      answer2response: [C, N],
      response2answer: [N, N, C],
      retrieved2response: [
        [N, N],
        [N, C],
      ],
      retrieved2answer: [
        [N, N],
        [N, E],
        [N, N],
      ],
    },
    metrics: {
      precision: 0,
      recall: 0,
      f1: 0,
      claim_recall: 1 / 3,
      context_precision: 0.5,
      // One claim was found, and it was not used.
      context_utilization: 0,
      noise_sensitivity_in_relevant: 0,
      noise_sensitivity_in_irrelevant: 0,
      hallucination: 1,
      self_knowledge: 0,
      faithfulness: 0,
    },
  },
  {
    id: "no-claims",
    judgement: {
      answer2response: [],
      response2answer: [N],
      retrieved2response: [],
      retrieved2answer: [[E, N]],
    },
    metrics: {
      precision: 0,
      recall: 0,
      f1: 0,
      claim_recall: 1,
      context_precision: 0.5,
      context_utilization: 0,
      noise_sensitivity_in_relevant: 0,
      noise_sensitivity_in_irrelevant: 0,
      // Nothing was claimed, so nothing was made up: why abstention is counted beside it.
      hallucination: 0,
      self_knowledge: 0,
      faithfulness: 0,
    },
  },
  {
    id: "nothing-retrieved",
    judgement: {
      answer2response: [E, E, N],
      response2answer: [E, E, E, N],
      retrieved2response: [[], [], []],
      retrieved2answer: [[], [], [], []],
    },
    metrics: {
      precision: 2 / 3,
      recall: 0.75,
      // 2 · ⅔ · ¾ / (⅔ + ¾) = 12/17.
      f1: 12 / 17,
      claim_recall: 0,
      context_precision: 0,
      context_utilization: 0,
      noise_sensitivity_in_relevant: 0,
      noise_sensitivity_in_irrelevant: 0,
      // No labels at all: none of the three is known, and all are 0 by definition.
      hallucination: 0,
      self_knowledge: 0,
      faithfulness: 0,
    },
  },
];

/**
 * Macro means over the four, ×100 with one decimal, half to even: as RAGChecker writes them. Precision: (½ + 0 + 0 + ⅔) / 4 = 7/24 = 29.17.
 * F1: (½ + 12/17) / 4 = 41/136 = 30.15. Half to even shows at recall (½ + ¾) / 4 = 31.25, at hallucination 1/4, and at
 * faithfulness ¾ / 4 = 18.75.
 */
export const KNOWN_MEANS: Readonly<Record<Metric, number>> = {
  precision: 29.2,
  recall: 31.2,
  f1: 30.1,
  claim_recall: 58.3,
  context_precision: 41.7,
  context_utilization: 12.5,
  noise_sensitivity_in_relevant: 6.2,
  noise_sensitivity_in_irrelevant: 6.2,
  hallucination: 25,
  self_knowledge: 6.2,
  faithfulness: 18.8,
};
