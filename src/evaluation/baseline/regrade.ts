import type { EvaluationStore } from "#src/evaluation/run/evaluation-store";
import type { RunLedger, Trial } from "#src/evaluation/run/run-ledger";
import type { Epoch, Plan, RunRecord } from "#src/evaluation/run/run-record";

/**
 * The plan of a run that grades the stored answers of another one with today's judge. Where they come from stands in it, so that
 * `golive eval run` never takes it up and asks the service what is missing.
 */
export function regradePlan(of: RunRecord, epoch: Epoch): Plan {
  const { gold } = of.plan;
  return { ...of.plan, epoch, gold: { ...gold, file: `${gold.file} (answers of ${of.id})` } };
}

/** Whether its answers are those of an older run, graded anew: no measure of what answers today. */
export const isRegraded = ({ gold }: Pick<Plan, "gold">): boolean => / \(answers of ev_\w+\)$/.test(gold.file);

/** Every time that a case was asked in a run, in its order. */
export async function trialsOf(store: Pick<EvaluationStore, "cases">, run: string): Promise<readonly Trial[]> {
  const trials: Trial[] = [];
  for await (const { gold, repeat } of store.cases(run)) trials.push({ gold, repeat });
  return trials;
}

/**
 * Puts the answers of one run into another, as they were: then nothing is left to ask, only to judge. What is there already stays.
 * Throws when one of them has no reply: asking for it now would mix two times.
 */
export async function copyReplies(
  deps: { readonly store: Pick<EvaluationStore, "cases">; readonly ledger: Pick<RunLedger, "saveReply"> },
  from: string,
  to: string,
): Promise<void> {
  for await (const { place, reply, gold } of deps.store.cases(from)) {
    if (reply === null) throw new Error(`${gold.id} was never asked in ${from}, so its answer can't be graded`);
    await deps.ledger.saveReply(to, place, reply);
  }
}
