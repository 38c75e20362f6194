import { caseValue, type EvaluatedCase, type EvaluatedRun, whyUnscored } from "#src/evaluation/compare/evaluated-run";
import { type Measure, meanOf } from "#src/evaluation/compare/measures";
import type { Pair } from "#src/evaluation/compare/paired-difference";

/** The same question in both runs. */
export type CasePair = { readonly id: string; readonly baseline: EvaluatedCase; readonly candidate: EvaluatedCase };

export type Unpaired = {
  readonly id: string;
  readonly arm: "baseline" | "candidate" | "both";
  /**
   * `missing`: this run doesn't have the case; `other-question`, `other-gold`: the id means something else in the two runs; the
   * others: the run has it without a score.
   */
  readonly why: "missing" | "other-question" | "other-gold" | "failed" | "ungraded" | "unasked";
};

/** Every case of either run: those that both have under the same question and gold, and why the others can't be compared. */
export function pairCases(
  baseline: EvaluatedRun,
  candidate: EvaluatedRun,
): { readonly pairs: readonly CasePair[]; readonly unpaired: readonly Unpaired[] } {
  const before = new Map(baseline.cases.map((each) => [each.gold.id, each]));
  const after = new Map(candidate.cases.map((each) => [each.gold.id, each]));
  const pairs: CasePair[] = [];
  const unpaired: Unpaired[] = [];
  for (const id of new Set([...before.keys(), ...after.keys()])) {
    const [old, now] = [before.get(id), after.get(id)];
    if (old === undefined) unpaired.push({ id, arm: "baseline", why: "missing" });
    else if (now === undefined) unpaired.push({ id, arm: "candidate", why: "missing" });
    else if (old.gold.question !== now.gold.question) unpaired.push({ id, arm: "both", why: "other-question" });
    else if (goldOf(old) !== goldOf(now)) unpaired.push({ id, arm: "both", why: "other-gold" });
    else {
      pairs.push({ id, baseline: old, candidate: now });
      const [oldWhy, newWhy] = [whyUnscored(old), whyUnscored(now)];
      const why = newWhy ?? oldWhy;
      if (why !== null)
        unpaired.push({ id, arm: newWhy === null ? "baseline" : oldWhy === null ? "candidate" : "both", why });
    }
  }
  return { pairs, unpaired };
}

/** Values of one measure where both runs have one. A case that lacks it in one of them is in no mean of the comparison. */
export function valuePairs(pairs: readonly CasePair[], measure: Measure): Pair[] {
  return pairs.flatMap(({ id, baseline, candidate }) => {
    const [old, now] = [caseValue(baseline, measure), caseValue(candidate, measure)];
    if (old === null || now === null) return [];
    const isPrefilter = measure === "oracle_retrieval_hit_prefilter";
    return [{ id, baseline: old, candidate: isPrefilter ? (hitWithin(baseline, candidate) ?? now) : now }];
  });
}

/**
 * Whether the candidate has the evidence within as much text as the baseline retrieved for this case: with equal budgets a longer
 * snapshot wins nothing, and a shorter one is the candidate's own loss.
 */
function hitWithin(baseline: EvaluatedCase, candidate: EvaluatedCase): number | null {
  const budget = Math.max(0, ...baseline.trials.map(({ snapshot }) => snapshot?.characters ?? 0));
  if (budget === 0) return null;
  return meanOf(
    candidate.trials.flatMap(({ snapshot }) => {
      if (snapshot === null) return [];
      return snapshot.evidenceWithin !== null && snapshot.evidenceWithin <= budget ? 1 : 0;
    }),
  );
}

/** What is right, as text: another answer or other evidence makes another case of the same question. */
function goldOf({ gold }: EvaluatedCase): string {
  const { answer, answerable, chunks, quotes, expectedFiles } = gold;
  return JSON.stringify([answer, answerable, chunks, quotes, expectedFiles]);
}
