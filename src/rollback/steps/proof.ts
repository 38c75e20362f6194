import type { Comparison } from "#src/evaluation/compare/compare-runs";
import type { StepResult } from "#src/rollback/events";

/**
 * What the smoke evaluation says beside the baseline, over the questions of both. A handful of questions proves little: *failed* is what
 * is proven worse, everything else is told with its numbers. `against` null: there is nothing to compare with.
 */
export function proofOf(
  against: { readonly id: string; readonly comparison: Comparison } | null,
  evaluation: string | null,
): StepResult {
  if (evaluation === null) {
    return { outcome: "skipped", detail: "Nothing was evaluated, so nothing is proven.", facts: {} };
  }
  if (against === null) {
    const detail =
      "No baseline and no evaluation of this pair is there to compare with: how good the answers are stands in the report.";
    return { outcome: "skipped", detail, facts: { evaluation } };
  }
  const { id, comparison } = against;
  if (!comparison.comparable) {
    return { outcome: "skipped", detail: comparison.why.sentence, facts: { evaluation, baseline: id } };
  }
  const f1 = comparison.differences.find(({ measure }) => measure === "f1");
  const value = (share: number | null | undefined) =>
    share === null || share === undefined ? "unknown" : share.toFixed(2).replace(/^0/, "");
  const told = `F1 ${value(f1?.candidate)} against ${value(f1?.baseline)} of ${id}, over ${f1?.n ?? 0} questions`;
  const worse = comparison.differences.filter(({ standing }) => standing === "breach").map(({ measure }) => measure);
  const facts = {
    evaluation,
    baseline: id,
    f1: f1?.candidate ?? null,
    f1_baseline: f1?.baseline ?? null,
    n: f1?.n ?? 0,
  };
  return worse.length > 0
    ? { outcome: "failed", detail: `${told}; proven worse: ${worse.join(", ")}.`, facts }
    : { outcome: "done", detail: `${told}; nothing is proven worse.`, facts };
}
