import { MOST_MISSING } from "#src/evaluation/oracle/quality-floors";
import type { RunRecord } from "#src/evaluation/run/run-record";
import { evaluationChecks } from "#src/release/checklist";
import type { ReleaseState } from "#src/release/state";

/** The check whose verdict another evaluation than the candidate's may change: what is live, or the baseline. */
const COMPARES = "evaluation-baseline";

/**
 * Whether a finished evaluation answers what a release wants, so that nothing has to be measured for it. Whoever asks anew for the one
 * that the release ended with last gets it again only where measuring would say the same: hardly a case of it lacks a score, and no
 * check but the comparison, which also reads what is live, was against it. Any other one is news.
 */
export function answersWish(
  { evaluation, checklist, checks }: Pick<ReleaseState, "evaluation" | "checklist" | "checks">,
  { id, counts }: RunRecord,
): boolean {
  if (evaluation?.because !== "asked" || evaluation.before !== id) return true;
  const missing = counts.ungraded + counts.failed;
  if (missing > MOST_MISSING * counts.planned) return false;
  return evaluationChecks(checklist)
    .filter((check) => check.id !== COMPARES)
    .every((check) => (checks[check.id]?.result?.verdict ?? "pass") === "pass");
}
