import type { EvaluatedCase, EvaluatedRun, EvaluatedTrial } from "#src/evaluation/compare/evaluated-run";
import type { Values } from "#src/evaluation/compare/measures";
import type { Margins } from "#src/evaluation/compare/standings";
import type { GoldQuestion } from "#src/evaluation/run/case-record";
import type { Plan, RunRecord } from "#src/evaluation/run/run-record";
import { gold, plan } from "#test/evaluation-run/records";

export const trial = (values: Values, changes: Partial<EvaluatedTrial> = {}): EvaluatedTrial => ({
  place: 0,
  outcome: "graded",
  reason: null,
  values,
  snapshot: null,
  request: { seconds: 1, failed: false },
  unshown: [],
  ...changes,
});

export const unscored = (outcome: "failed" | "ungraded" | "unasked"): EvaluatedTrial =>
  trial(
    {},
    {
      outcome,
      reason: outcome === "unasked" ? null : { code: "unreachable", sentence: "It did not answer." },
      request: outcome === "unasked" ? null : { seconds: 1, failed: outcome === "failed" },
    },
  );

export const evaluatedCase = (
  id: string,
  trials: readonly EvaluatedTrial[],
  changes: Partial<GoldQuestion> = {},
): EvaluatedCase => ({ gold: gold(id, changes), labelled: true, trials });

/** A finished run over these cases. */
export const evaluatedRun = (
  id: string,
  cases: readonly EvaluatedCase[],
  { plan: planChanges = {}, ...changes }: Partial<Omit<RunRecord, "plan">> & { plan?: Partial<Plan> } = {},
): EvaluatedRun => ({
  record: {
    id,
    plan: plan(
      cases.map((each) => each.gold.id),
      planChanges,
    ),
    state: "finished",
    reason: null,
    counts: {
      planned: cases.length,
      answered: cases.length,
      graded: cases.length,
      refusals: 0,
      ungraded: 0,
      failed: 0,
    },
    startedAt: 1_700_000_000_000,
    endedAt: 1_700_003_600_000,
    ...changes,
  },
  cases,
});

/** The four measures that a candidate is held to, all at one value. */
export const all = (value: number): Values => ({
  f1: value,
  precision: value,
  recall: value,
  faithfulness: value,
  oracle_retrieval_hit_prefilter: value,
  reader_used_gold: value,
});

export const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

/** The canary's defaults. */
export const MARGINS: Margins = {
  measures: {
    oracle_retrieval_hit_prefilter: { threshold: 0, tolerance: 0.03 },
    reader_used_gold: { threshold: 0, tolerance: 0.03 },
    f1: { threshold: 0, tolerance: 0.02 },
    precision: { threshold: 0.02, tolerance: 0.04 },
  },
  latency: { threshold: 1.15, tolerance: 1.25 },
};
