import { createEvaluationBaselineGate } from "#src/gates/evaluation-baseline";
import { type Kind, storedEvaluations } from "#src/gates/self-test/evaluations";
import type { SelfTest, World } from "#src/gates/self-test/self-test";

const over =
  (candidate: Kind, live: Kind) =>
  ({ subject }: World) =>
    createEvaluationBaselineGate(storedEvaluations(subject, { candidate, live }));

export const evaluationBaselineSelfTest: SelfTest = {
  bad: [
    {
      what: "answers that are half as right as the baseline's",
      gate: over({ cases: 240, right: 0.4 }, { cases: 240, right: 0.8 }),
      finds: "f1:breach",
    },
    {
      what: "answers of which nothing rests on the evidence any more",
      gate: over({ cases: 240, right: 0 }, { cases: 240, right: 0.8 }),
      finds: "reader_used_gold:breach",
    },
  ],
  good: {
    what: "answers exactly as right as the baseline's",
    gate: over({ cases: 240, right: 0.8 }, { cases: 240, right: 0.8 }),
  },
};
