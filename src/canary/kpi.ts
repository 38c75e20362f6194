import type { Score } from "#src/canary/observation";

/** What a breach causes: the pointer goes back, a person is asked, or people are told. */
export const ON_BREACH = ["rollback", "ask", "alert"] as const;
export type OnBreach = (typeof ON_BREACH)[number];

/** What the end of the window asks: shown to be good enough, or not shown to be bad though a change of `detect` would have been seen. */
export const AT_END = ["proven", "unrefuted"] as const;
export type AtEnd = (typeof AT_END)[number];

type Named = { readonly id: string; readonly onBreach: OnBreach; readonly owner: string | null };
type Weighted = Named & { /** Share of the suite's α. */ readonly weight: number };
type Ending = { readonly atEnd: "proven" } | { readonly atEnd: "unrefuted"; readonly detect: number };

/** The mean of a score, compared in pairs. `threshold`: how much worse is a breach; `tolerance`: what is still good enough; 0 to 1. */
export type MeanKpi = Weighted &
  Ending & {
    readonly kind: "bounded-mean" | "paired-binary";
    readonly of: Score;
    readonly threshold: number;
    readonly tolerance: number;
  };
/** The 95th percentile of latency. Both bounds are ratios to the baseline's. */
export type TailKpi = Weighted &
  Ending & { readonly kind: "p95-ratio"; readonly threshold: number; readonly tolerance: number };
/** A share of each trace's tool calls that must stay above `threshold`. */
export type RateKpi = Weighted & {
  readonly kind: "rate";
  readonly of: "schema_ok" | "intent_line";
  readonly threshold: number;
  readonly atEnd: "unrefuted";
  readonly detect: number;
};
/** What deduplication takes away, within a band. */
export type BandKpi = Weighted & {
  readonly kind: "band";
  readonly least: number;
  readonly most: number;
  readonly atEnd: "unrefuted";
  readonly detect: number;
};
/** The number of candidates before any clamp, within ± `threshold` of the baseline's. `cap` null: twice the baseline's mean so far. */
export type BreadthKpi = Weighted & {
  readonly kind: "breadth";
  readonly threshold: number;
  readonly cap: number | null;
  readonly atEnd: "unrefuted";
  readonly detect: number;
};
/** What must not happen even once. */
export type ZeroKpi = Named & {
  readonly kind: "zero";
  readonly of: "budget_violation" | "prefix_leakage" | "mutating_without_dry_run";
};
/** The candidate's share of the traffic. */
export type SplitKpi = Weighted & {
  readonly kind: "traffic-split";
  readonly share: number;
  readonly atEnd: "unrefuted";
  readonly detect: number;
};

export type Kpi = MeanKpi | TailKpi | RateKpi | BandKpi | BreadthKpi | ZeroKpi | SplitKpi;

/** What a canary is held to. */
export type CanaryPolicy = {
  /** Chance of a false alarm of the whole suite, over the whole window. */
  readonly alpha: number;
  /** Hours with data on both arms. */
  readonly durationHours: number;
  readonly kpis: readonly Kpi[];
};

/** ln of the evidence from which on a KPI's breach is proven: E ≥ 1/(w α). */
export const breachBar = (weight: number, alpha: number): number => -Math.log(weight * alpha);
/** ln of the evidence from which on a KPI is proven good enough: all have to be, so nothing is corrected. */
export const healthyBar = (alpha: number): number => -Math.log(alpha);
