/** Who answered: the run that was live before, or the one that is on trial. */
export const ARMS = ["baseline", "canary"] as const;
export type Arm = (typeof ARMS)[number];

/** Scores of an answer, each from 0 (worst) to 1. */
export const SCORES = ["f1", "precision", "recall", "faithfulness", "oracle_prefilter", "reader_used_gold"] as const;
export type Score = (typeof SCORES)[number];

/** These compare with a gold answer: to ask the same question again tells nothing new about the candidate. */
const WITH_GOLD: ReadonlySet<Score> = new Set<Score>([
  "f1",
  "precision",
  "recall",
  "oracle_prefilter",
  "reader_used_gold",
]);
export const needsGold = (score: Score): boolean => WITH_GOLD.has(score);

/** The tool calls of one trace, counted. */
export type ToolCounts = {
  readonly calls: number;
  /** Arguments conform to the declared schema. */
  readonly conforming: number;
  /** A line `using=… reason=… expected=…` stands before the call. */
  readonly announced: number;
  /** Calls that change something without a dry run, of themselves or before in the same trace. */
  readonly unrehearsed: number;
};

/** One request, as far as the trace shows it. Null: it doesn't say. */
export type Observation = {
  /** Milliseconds since 1970, possibly with a fraction. */
  readonly at: number;
  readonly arm: Arm;
  readonly traceId: string;
  readonly queryId: string | null;
  /** An error or a timeout: the worst score, and a latency beyond every bound (`secondsOf`). */
  readonly failed: boolean;
  /** Seconds, end to end; of a failure the time until it failed, which says nothing. */
  readonly latency: number | null;
  /** A score that is null: the judge gave none. One that is absent: nobody was asked for it. */
  readonly scores: { readonly [score in Score]?: number | null };
  readonly budgetViolation: boolean | null;
  readonly prefixLeakage: boolean | null;
  /** (before − after) / before; null also where nothing was found. */
  readonly dedupRate: number | null;
  /** Candidates before any clamp. */
  readonly breadth: number | null;
  readonly tools: ToolCounts | null;
  /** Tries of tool calls behind the first of each. */
  readonly retries: number | null;
  /** It was ended by the limit on a whole answer's time; such a request has failed. */
  readonly hardTimeout: boolean | null;
  /** The service turned it away because it had too much to do; such a request has failed. */
  readonly rejected: boolean | null;
  /** Milliseconds for each text that was embedded, where the embedder runs. Null: not said, or none was; never empty. */
  readonly embeddingMs: readonly number[] | null;
};

/** The score for the comparison: 0 for an error of the system under test, null where there is none. */
export function scoreOf({ failed, scores }: Observation, score: Score): number | null {
  return failed ? 0 : (scores[score] ?? null);
}

/** Seconds for a percentile: a failure never came to an answer, so it took longer than anything. Null where nobody measured. */
export const secondsOf = ({ failed, latency }: Observation): number | null =>
  failed ? Number.POSITIVE_INFINITY : latency;
