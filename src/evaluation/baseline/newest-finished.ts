import type { EvaluationStore } from "#src/evaluation/run/evaluation-store";
import type { RunRecord } from "#src/evaluation/run/run-record";
import type { Pair } from "#src/release/events";

/** The newest finished evaluation of a pair over the same gold file in the same epoch; null: there is none. */
export async function newestFinished(
  evaluations: Pick<EvaluationStore, "runs">,
  pair: Pair,
  { plan, id }: RunRecord,
): Promise<RunRecord | null> {
  const found = (await evaluations.runs(plan.service)).find(
    (other) =>
      other.id !== id &&
      other.state === "finished" &&
      other.plan.pair.run === pair.run &&
      other.plan.pair.config === pair.config &&
      other.plan.sample === null &&
      other.plan.gold.sha256 === plan.gold.sha256 &&
      other.plan.epoch.id === plan.epoch.id,
  );
  return found ?? null;
}
