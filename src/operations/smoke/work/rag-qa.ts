import { type EvaluatedRun, whyUnscored } from "#src/evaluation/compare/evaluated-run";
import { measureRun } from "#src/evaluation/compare/measure-case";
import type { EvaluationWish } from "#src/evaluation/evaluations";
import type { RunRecord } from "#src/evaluation/run/run-record";
import { doneOf, type Tally } from "#src/evaluation/run/run-tally";
import { type WishDeps, workOffWish } from "#src/evaluation/run/work-off-wish";
import { type Floors, judgeAgainst, judgeComplete, judgeFloors } from "#src/operations/smoke/judge-answers";
import type { SuiteFinding } from "#src/operations/smoke/suites";
import { type Checks, type Found, notApplicable } from "#src/operations/smoke/work/check";

export type RagQaDeps = WishDeps & {
  /** The sample, as every night. Throws `ResultFileError` for a gold file that can't be used. */
  readonly wish: () => Promise<EvaluationWish>;
  /** The evaluation of the last run in which this suite passed; null where there was none. */
  readonly green: string | null;
  readonly floors: Floors;
  readonly signal: AbortSignal;
  readonly onProgress: (says: string) => void;
};

/** A fixed sample of gold questions through the usual evaluation, after everything that is more urgent. */
export async function ragQa(deps: RagQaDeps, checks: Checks): Promise<SuiteFinding> {
  const { evaluations, green, floors, signal } = deps;
  let now: EvaluatedRun | null = null;
  await checks.run("answered", async () => {
    const record = await workOffWish(deps, await deps.wish(), {
      priority: "nightly",
      signal,
      onProgress: progressTo(deps),
    });
    // What retrieval found is looked at by the weekly evaluation: here it would cost a search for every question's evidence.
    now = await measureRun(record, evaluations.store.cases(record.id), null);
    return judgeComplete(now);
  });
  const measured = held(now);
  if (measured === null) return { checks: checks.list, facts: {} };
  const facts = { evaluation: measured.record.id };
  // Where most have no score there is nothing to hold against anything.
  if (measured.cases.every((each) => whyUnscored(each) !== null)) return { checks: checks.list, facts };
  await checks.run("floors", async () => judgeFloors(measured, floors));
  const before = green === null ? null : await evaluations.store.run(green);
  const why = whyNotComparable(before, measured.record);
  if (before === null || why !== null) checks.add(notApplicable("as-before", why ?? NO_GREEN));
  else {
    await checks.run("as-before", async (): Promise<Found> => {
      return judgeAgainst(await measureRun(before, evaluations.store.cases(before.id), null), measured);
    });
  }
  return { checks: checks.list, facts };
}

const NO_GREEN = "There is no green run of rag-qa yet to compare with: the floors alone count.";

/** Other questions or another judge make other numbers, and nothing of that is the service's doing. Null: they compare. */
function whyNotComparable(before: RunRecord | null, now: RunRecord): string | null {
  if (before === null) return NO_GREEN;
  if (before.plan.epoch.id !== now.plan.epoch.id) {
    return `The judge or its prompts are others than in the last green run (${before.id}): the floors alone count.`;
  }
  const shared = now.plan.caseIds.filter((id) => before.plan.caseIds.includes(id)).length;
  if (shared * 2 >= now.plan.caseIds.length) return null;
  return `The gold file or the sample changed: ${shared} of ${now.plan.caseIds.length} questions are those of the last green run. The floors alone count.`;
}

/** Read back after a callback set it: the compiler can't see that it did. */
const held = (run: EvaluatedRun | null): EvaluatedRun | null => run;

const progressTo =
  ({ onProgress }: RagQaDeps) =>
  ({ counts }: Tally): void =>
    onProgress(`${doneOf(counts)}/${counts.planned}`);
