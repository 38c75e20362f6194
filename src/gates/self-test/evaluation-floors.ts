import { createEvaluationFloorsGate } from "#src/gates/evaluation-floors";
import { type Kind, storedEvaluations } from "#src/gates/self-test/evaluations";
import type { SelfTest, World } from "#src/gates/self-test/self-test";

const FLOORS = {
  precision_min: 0.2,
  recall_min: 0.45,
  f1_min: 0.22,
  latency_max: 30,
  faithfulness_min: 0.6,
  oracle_retrieval_hit_min: 0.85,
  reader_used_gold_min: 0.7,
};

const over =
  (candidate: Kind, floors: Partial<typeof FLOORS> = {}) =>
  ({ subject }: World) => {
    const stored = storedEvaluations(subject, { candidate, live: candidate });
    return createEvaluationFloorsGate({ ...stored, floors: { ...FLOORS, ...floors } });
  };

export const evaluationFloorsSelfTest: SelfTest = {
  bad: [
    { what: "answers of which nothing is right", gate: over({ cases: 60, right: 0 }), finds: "f1_min:missed" },
    {
      what: "the same: a claim from no evidence",
      gate: over({ cases: 60, right: 0 }),
      finds: "reader_used_gold_min:missed",
    },
    {
      what: "faithfulness below its floor alone",
      gate: over({ cases: 60, right: 0.5 }),
      finds: "faithfulness_min:missed",
    },
    {
      what: "a p95 above its ceiling",
      gate: over({ cases: 60, right: 1 }, { latency_max: 1 }),
      finds: "latency_max:missed",
    },
  ],
  good: { what: "sixty answers that are right", gate: over({ cases: 60, right: 1 }) },
};
