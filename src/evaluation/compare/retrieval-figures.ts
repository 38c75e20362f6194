import { caseValue, type EvaluatedRun, meanOfRun } from "#src/evaluation/compare/evaluated-run";
import { LEAST_LABELLED } from "#src/evaluation/oracle/retrieval-hit";

/** Whether gold evidence was retrieved, over the answerable cases whose evidence is in the documents. */
export type RetrievalFigures = {
  readonly answerable: number;
  /** Cases whose evidence is in the documents; null where nobody could look. */
  readonly labelled: number | null;
  /** Cases whose evidence is in none of them: they leave the denominator. */
  readonly unlabelledIds: readonly string[];
  /** Labelled cases that were answered: what both shares rest on. */
  readonly answered: number;
  /** Shares from 0 to 1, before any filter and in what the reader got; null without cases. */
  readonly prefilter: number | null;
  readonly postfilter: number | null;
  /** Why the shares can't be judged; null where they can. */
  readonly why: string | null;
};

/** The oracle of retrieval over a run that was read with its documents. */
export function retrievalFigures(run: EvaluatedRun): RetrievalFigures {
  const cases = run.cases.filter(({ gold }) => gold.answerable);
  const answerable: EvaluatedRun = { ...run, cases };
  const unread = cases.some(({ labelled }) => labelled === null);
  const labelled = cases.filter((each) => each.labelled === true);
  const answered = labelled.filter((each) => caseValue(each, "oracle_retrieval_hit_prefilter") !== null).length;
  const needed = `at least ${LEAST_LABELLED * 100} % are needed`;
  return {
    answerable: cases.length,
    labelled: unread ? null : labelled.length,
    unlabelledIds: cases.filter((each) => each.labelled === false).map(({ gold }) => gold.id),
    answered,
    prefilter: meanOfRun(answerable, "oracle_retrieval_hit_prefilter").mean,
    postfilter: meanOfRun(answerable, "oracle_retrieval_hit_postfilter").mean,
    why: unread
      ? "The run's documents could not be read, so nobody knows which cases have evidence in them."
      : labelled.length < LEAST_LABELLED * cases.length
        ? `The evidence of ${labelled.length} of ${cases.length} cases is in the documents; ${needed}.`
        : answered < LEAST_LABELLED * labelled.length
          ? `${answered} of ${labelled.length} cases with evidence were answered; ${needed}.`
          : null,
  };
}
