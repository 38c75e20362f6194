import { MOST_UNGRADED } from "#src/evaluation/oracle/quality-floors";
import type { CaseVerdict, Reply } from "#src/evaluation/run/case-record";
import type { RunCounts, RunState } from "#src/evaluation/run/run-record";

/** What became of a run's trials so far. */
export type Tally = {
  readonly counts: RunCounts;
  /** Requests to the judge and tokens that this run paid for. */
  readonly spent: CaseVerdict["spent"];
  /** Trials without a score, by code. */
  readonly reasons: ReadonlyMap<string, number>;
  /** Answers that don't show how they were made, by what is missing. */
  readonly unshown: ReadonlyMap<string, number>;
};

export const newTally = (planned: number): Tally => ({
  counts: { planned, answered: 0, graded: 0, refusals: 0, ungraded: 0, failed: 0 },
  spent: { requests: 0, inputTokens: 0, outputTokens: 0 },
  reasons: new Map(),
  unshown: new Map(),
});

const COUNTED = { graded: "graded", refusal: "refusals", ungraded: "ungraded", failed: "failed" } as const;

/** The tally with one more trial that has its verdict. */
export function addTrial(tally: Tally, { answer, unshown }: Reply, { outcome, reason, spent }: CaseVerdict): Tally {
  const { counts } = tally;
  const counted = COUNTED[outcome];
  return {
    counts: {
      ...counts,
      answered: counts.answered + (answer === null ? 0 : 1),
      [counted]: counts[counted] + 1,
    },
    spent: {
      requests: tally.spent.requests + spent.requests,
      inputTokens: tally.spent.inputTokens + spent.inputTokens,
      outputTokens: tally.spent.outputTokens + spent.outputTokens,
    },
    reasons: reason === null ? tally.reasons : plusOne(tally.reasons, [reason.code]),
    unshown: plusOne(tally.unshown, unshown),
  };
}

export const doneOf = ({ graded, refusals, ungraded, failed }: RunCounts): number =>
  graded + refusals + ungraded + failed;

/**
 * Whether too many trials are without a score for the rest to stand for the whole, whatever is still to come: more than a fifth of
 * those planned. Asking on would only cost.
 */
export const isHopeless = ({ planned, ungraded, failed }: RunCounts): boolean =>
  ungraded + failed > MOST_UNGRADED * planned;

/** How a run ends that was not cancelled, and why. */
export function endOf({ counts, reasons, unshown }: Tally): {
  readonly state: Exclude<RunState, "running" | "cancelled">;
  readonly reason: string | null;
} {
  if (isHopeless(counts)) {
    const lost = counts.ungraded + counts.failed;
    return {
      state: "inconclusive",
      reason:
        `${lost} of ${counts.planned} trials have no score (${listed(reasons)}); more than 20 % are too many for the others to ` +
        "stand for them. None of them was counted as a bad answer.",
    };
  }
  if (unshown.size > 0) {
    return {
      state: "inconclusive",
      reason: `Not every answer shows how it was made (${listed(unshown)}), so that this run can't be repeated.`,
    };
  }
  return { state: "finished", reason: null };
}

const plusOne = (before: ReadonlyMap<string, number>, keys: readonly string[]): ReadonlyMap<string, number> =>
  new Map([...before, ...keys.map((key) => [key, (before.get(key) ?? 0) + 1] as const)]);

const listed = (counts: ReadonlyMap<string, number>): string =>
  [...counts]
    .sort(([a, left], [b, right]) => right - left || (a < b ? -1 : 1))
    .map(([what, count]) => `${count} × ${what}`)
    .join(", ");
