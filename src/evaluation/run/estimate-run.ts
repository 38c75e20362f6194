import type { Trial } from "#src/evaluation/run/run-ledger";
import type { Epoch } from "#src/evaluation/run/run-record";

/** What one answer of usual size has; said wherever an estimate rests on it, and replaced by what is measured as the run goes on. */
export const ASSUMED = { claims: 4, chunks: 5, inputTokens: 900, outputTokens: 120, secondsPerCall: 4 } as const;

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
 * What a run will take. Negatives take their answer only. The others take, checked jointly, two extractions, one check of each
 * answer against the other and one per chunk; separately, one check per claim in place of each.
 */
export function estimateRun(
  trials: readonly Trial[],
  epoch: Pick<Epoch, "checking" | "claimsPerRequest">,
  limits: { readonly perSecond: number; readonly maxInFlight: number; readonly callsPerAnswer: number },
  price: Price | null,
): Estimate {
  const { claims, chunks, inputTokens, outputTokens, secondsPerCall } = ASSUMED;
  const requests = (count: number) => Math.ceil(count / epoch.claimsPerRequest);
  const perTrial = 2 + 2 * requests(claims) + chunks * requests(2 * claims);
  const judged = trials.filter(({ gold }) => gold.answerable).length;
  const answerCalls = trials.length * limits.callsPerAnswer;
  const judgeCalls = judged * perTrial;
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
