import { leastProvable } from "#src/evaluation/compare/paired-difference";
import type { Margins } from "#src/evaluation/compare/standings";

/**
 * What so many answerable questions can't prove, in a sentence, before anything is paid for; null where they can, if nothing differs. With
 * the usual spread it takes some eight times as many (docs/decisions/paired-comparison.md).
 */
export function tooFewQuestions(answerable: number, { measures }: Margins): string | null {
  const least = leastProvable(answerable);
  const open = Object.entries(measures)
    .filter(([, { tolerance }]) => tolerance < least)
    .map(([measure, { tolerance }]) => `${called(measure)} ${points(tolerance)}`);
  if (open.length === 0) return null;
  return (
    `${answerable} answerable questions prove ${points(least)} points at best, and less is tolerated of ${open.join(", ")}: that the candidate is ` +
    "not worse than the baseline will stay open, and people decide. Add questions, or widen the tolerances in quality_gates.yaml, which is signed."
  );
}

const called = (measure: string): string =>
  measure.replace("oracle_retrieval_hit_prefilter", "oracle hit").replaceAll("_", " ");
const points = (share: number): string => (100 * share).toFixed(1);
