import { caseValue, type EvaluatedCase } from "#src/evaluation/compare/evaluated-run";
import type { Measure } from "#src/evaluation/compare/measures";
import type { CaseTrace } from "#src/operations/triage/case-trace";

/** A case of one run: what it scored, and its trace; null where it was not asked. */
export type SeenCase = { readonly of: EvaluatedCase; readonly trace: CaseTrace | null };

/** A case now, and in the run that it is compared with; null without one, or where that doesn't have it. */
export type CasePairSeen = {
  readonly id: string;
  readonly now: SeenCase;
  readonly before: SeenCase | null;
  /** Both were answered by the same run and configuration version. */
  readonly samePair: boolean;
};

export const measured = (seen: SeenCase | null, measure: Measure): number | null =>
  seen === null ? null : caseValue(seen.of, measure);

/**
 * Whether gold evidence was there: what is found is found, and what isn't counts only where the evidence stands in the documents. Null:
 * nobody can tell.
 */
export function hadEvidence(seen: SeenCase | null, where: "prefilter" | "postfilter"): boolean | null {
  const found = seen?.trace?.oracle[where] ?? null;
  if (found !== false) return found;
  return seen?.of.labelled === true ? false : null;
}
