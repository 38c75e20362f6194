import type { Figures, Path } from "#src/operations/slo/figures";
import type { Instant } from "#src/release/policy";

/** Figures of one hour, or of five minutes, of the arms that count together. */
export type TimedFigures = { readonly from: Instant; readonly path: Path; readonly figures: Figures };

/** What a gold question scored the last time that it was asked; 1 is right. */
export type ScoredQuestion = { readonly score: "oracle_prefilter" | "reader_used_gold"; readonly value: number };

/** What was found about something that isn't counted request by request. `says`: one sentence. */
export type Finding = {
  readonly verdict: "pass" | "fail" | "inconclusive";
  readonly says: string;
  readonly events: number;
  readonly bad: number;
};

/** Everything that SLOs are computed from. */
export type SloInputs = {
  /** Of the window and of the one before it, in the order of time. */
  readonly hours: readonly TimedFigures[];
  /** Five minutes each, of the last half day. */
  readonly slots: readonly TimedFigures[];
  /** Each question once, its newest score. */
  readonly questions: readonly ScoredQuestion[];
  /** What the service was asked in evaluations that ended within the window. */
  readonly evaluations: {
    readonly asked: number;
    readonly hardTimeouts: number;
    /** Of those, in evaluations of pairs that never went live. */
    readonly ofCandidates: number;
    /** Why not all of them are in it; null: they are. */
    readonly uncounted: string | null;
  };
  readonly devSet: Finding;
  readonly promptAudit: Finding;
  readonly fewShotLeakage: Finding;
  readonly auditTrail: Finding;
};
