import type { FilledCard } from "#src/operations/sop/card";
import type { Cause } from "#src/operations/triage/causes";
import type { Metric } from "#src/operations/triage/symptom";
import type { Triage } from "#src/operations/triage/triage";
import type { Sureness } from "#src/operations/triage/weigh";

/** A number as the journal keeps it, which knows no infinity: a percentile among requests that failed is `unanswered`. */
export type Figure = number | "unanswered" | null;
export type Unit = "share" | "seconds" | "count";

/** `worse`: proven; `lost`: more than is tolerated, not proven; `better`: proven; `alike`: neither; `new`: nothing to compare with. */
export const STANDINGS = ["worse", "lost", "better", "alike", "new"] as const;
export type DeltaStanding = (typeof STANDINGS)[number];

/** One metric now and in the baseline. Interval: 95 %, of the paired difference; null: none was computed. */
export type Delta = {
  readonly metric: Metric;
  readonly unit: Unit;
  readonly now: Figure;
  readonly before: Figure;
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number;
  readonly standing: DeltaStanding;
  /** Null: there is no floor. */
  readonly floor: number | null;
  readonly belowFloor: boolean;
};

export type TagDelta = Pick<Delta, "metric" | "now" | "before" | "standing"> & {
  readonly tag: string;
  readonly cases: number;
};

/** What a metric lost, by cause, in shares of 1 over all its cases. `cause` null: nothing in the traces explains it. */
export type LossByCause = {
  readonly metric: Metric;
  readonly lost: readonly { readonly cause: Cause | null; readonly share: number; readonly cases: number }[];
};

export type WorstCaseOf = {
  readonly id: string;
  readonly question: string;
  readonly metric: Metric;
  readonly cause: Cause | null;
  readonly says: string;
};

/** A symptom without its cases. */
export type ToldSymptom = {
  readonly metric: Metric;
  readonly how: "broken" | "floor" | "proven" | "seen";
  readonly unit: Unit;
  readonly value: Figure;
  readonly baseline: Figure;
  readonly bar: number | null;
  readonly n: number;
  readonly cases: number;
  readonly sure: Sureness;
  readonly cause: Cause | null;
  readonly runnerUp: Cause | null;
  readonly shares: readonly {
    readonly cause: Cause | null;
    readonly cases: number;
    readonly share: number;
    readonly low: number;
    readonly high: number;
  }[];
};

/** Everything that is told of a weekly evaluation; JSON. */
export type WeeklyResult = {
  readonly evaluation: string;
  readonly pair: { readonly run: string; readonly config: string };
  readonly gold: { readonly file: string; readonly cases: number };
  readonly counts: {
    readonly graded: number;
    readonly refusals: number;
    readonly ungraded: number;
    readonly failed: number;
  };
  /** What it was compared with. `set`: the baseline that somebody set; `live`: an earlier evaluation of what is live. */
  readonly baseline: { readonly evaluation: string; readonly kind: "set" | "live" } | null;
  readonly deltas: readonly Delta[];
  /** Worst first. */
  readonly byTag: readonly TagDelta[];
  readonly byCause: readonly LossByCause[];
  readonly worst: readonly WorstCaseOf[];
  readonly symptoms: readonly ToldSymptom[];
  readonly causes: Triage["causes"];
  readonly unclear: readonly Metric[];
  readonly cards: readonly FilledCard[];
  /** Causes that no card is about, and what is wrong with cards that could not be read. */
  readonly withoutCard: readonly Cause[];
  readonly brokenCards: readonly string[];
  /** Why the verdict is what it is, a sentence each. */
  readonly why: readonly string[];
  /** What it was held to, a sentence each. */
  readonly bars: readonly string[];
  /** What the search for better settings came to, a sentence each. */
  readonly proposals: readonly string[];
};
