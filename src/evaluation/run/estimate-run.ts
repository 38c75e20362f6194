import { judgesTwice } from "#src/evaluation/run/make-plan";
import type { Trial } from "#src/evaluation/run/run-ledger";
import type { Epoch } from "#src/evaluation/run/run-record";

/** What one answer of usual size has; said wherever an estimate rests on it, and replaced by what is measured as the run goes on. */
export const ASSUMED = { claims: 4, chunks: 5, inputTokens: 1_500, outputTokens: 200, secondsPerCall: 4 } as const;

/** Dollars for a million tokens of the judge. */
export type Price = { readonly input: number; readonly output: number };

export type Estimate = {
  readonly trials: number;
  /** Places in the shared rate that answers take, and requests to the judge. */
  readonly answerCalls: number;
  readonly judgeCalls: number;
  /** With nobody else asking. */
  readonly seconds: number;
  /** Of the judge's tokens, in dollars; null where no price is configured. What the service itself pays is not in it. */
  readonly dollars: number | null;
};

/**
 * What a run will take. Negatives take their answer only. The others take two extractions, and for the claims of each of the two
 * answers a label against the other answer and against every chunk, as many in one request as the epoch allows; a repeat of a stable run
 * is judged twice.
 */
export function estimateRun(
  trials: readonly Trial[],
  epoch: Pick<Epoch, "labelsPerRequest" | "checking">,
  limits: { readonly perSecond: number; readonly maxInFlight: number; readonly callsPerAnswer: number },
  price: Price | null,
): Estimate {
  const { claims, chunks, inputTokens, outputTokens, secondsPerCall } = ASSUMED;
  const perTrial = 2 + 2 * Math.ceil((claims * (1 + chunks)) / epoch.labelsPerRequest);
  const grades = trials
    .filter(({ gold }) => gold.answerable)
    .reduce((sum, { repeat }) => sum + (judgesTwice(epoch, repeat) ? 2 : 1), 0);
  const answerCalls = trials.length * limits.callsPerAnswer;
  const judgeCalls = grades * perTrial;
  const calls = answerCalls + judgeCalls;
  const byRate = calls / limits.perSecond;
  const byPlaces = ((trials.length + judgeCalls) * secondsPerCall) / limits.maxInFlight;
  return {
    trials: trials.length,
    answerCalls,
    judgeCalls,
    seconds: Math.max(byRate, byPlaces),
    dollars: price === null ? null : (judgeCalls * (inputTokens * price.input + outputTokens * price.output)) / 1e6,
  };
}

/** Seconds left, from how long the trials took that this process did; null before the first of them. */
export function secondsLeft(run: {
  readonly planned: number;
  /** When this process took the run up. */
  readonly doneBefore: number;
  readonly done: number;
  readonly elapsedSeconds: number;
}): number | null {
  const mine = run.done - run.doneBefore;
  return mine <= 0 ? null : (run.elapsedSeconds / mine) * (run.planned - run.done);
}
