import type { KpiReport } from "#src/canary/kpi-report";
import type { Arm } from "#src/canary/observation";
import type { CanaryVerdict } from "#src/canary/verdict";
import type { CanaryWatch } from "#src/canary/watch/state";
import type { Instant } from "#src/release/policy";

/** One KPI over one hour of events, or over a bucket: for charts. */
export type SeriesPoint = {
  readonly at: Instant;
  readonly value: number | null;
  readonly baseline: number | null;
  /** Half the width of the band around the baseline; null: too little data for one. */
  readonly band: number | null;
};

/** One of the questions that a breach rests on. */
export type WorstQuestion = {
  readonly question: string;
  /** As asked, where the gold set knows it. */
  readonly text: string | null;
  readonly value: number;
  readonly baseline: number;
};

/** What the monitor knows beyond the journal; null before the first look. */
export type CanarySight = {
  readonly verdict: CanaryVerdict;
  readonly reasons: readonly string[];
  /** Those of the reasons that are about the data itself, and no question of time. Left out: none. */
  readonly doubts?: readonly string[];
  readonly kpis: readonly KpiReport[];
  /** Hours with data on both arms, of `policy.durationHours`. */
  readonly hours: number;
  /** End of the last closed bucket. */
  readonly closedUntil: Instant | null;
  readonly heard: Readonly<Record<Arm, Instant | null>>;
  readonly counts: Readonly<
    Record<Arm, { readonly counted: number; readonly failed: number; readonly late: number; readonly unpaired: number }>
  >;
  /** Requests of each arm within the last hour of events. */
  readonly perHour: Readonly<Record<Arm, number>>;
  /** Questions of the gold set that were asked of both. */
  readonly asked: number;
  readonly series: Readonly<Record<string, readonly SeriesPoint[]>>;
  readonly worst: Readonly<Record<string, readonly WorstQuestion[]>>;
};

/** What Golive will do by itself next, if nobody does anything. */
export type NextStep =
  | { readonly kind: "rolls-back"; readonly at: Instant; readonly kpi: string; readonly why: "policy" | "unanswered" }
  | { readonly kind: "escalates"; readonly at: Instant; readonly kpi: string }
  | { readonly kind: "rolling-back"; readonly rollback: string }
  | { readonly kind: "waits-for-people"; readonly why: string }
  | { readonly kind: "watches"; readonly hoursLeft: number };

/** What everybody sees of a canary: its messages, the command line and `explain` are drawn from it. */
export type CanaryView = {
  readonly canary: CanaryWatch;
  readonly sight: CanarySight | null;
  /** Why no question of the gold set is asked at the moment, in a sentence; null or left out: nothing is in the way. */
  readonly probesWait?: string | null;
  readonly next: NextStep;
};
