import type { Instant } from "#src/release/policy";

/** Every SLO there is; the id is its key in golive.yaml, in the journal, in /metrics and on the command line. */
export const SLOS = [
  "oracle_prefilter",
  "reader_used_gold",
  "dev_set",
  "answered",
  "hard_timeouts",
  "tool_retries",
  "degradation",
  "p95_latency",
  "embedding_latency",
  "throughput",
  "prompt_audit",
  "few_shot_leakage",
  "audit_trail",
] as const;
export type KnownSlo = (typeof SLOS)[number];

export const FAMILIES = ["accuracy", "reliability", "performance", "governance"] as const;
export type SloFamily = (typeof FAMILIES)[number];

/**
 * How an SLO is counted. `ratio`: good among all events, as they come, with a budget of (1 − target) of them and a burn rate. `sample`: right among
 * different gold questions, with the same budget but no rate: they are asked when somebody asks them. `zero`: none may be. `compared`: against
 * a baseline of its own.
 */
export type SloKind = "ratio" | "sample" | "zero" | "compared";

/** `inconclusive`: too little data, none, or nobody could look. Never a pass. */
export type SloStanding = "pass" | "fail" | "inconclusive";

/**
 * How fast a budget is used up over the last `hours`; 1 uses it up in exactly the window. `peak`: the highest rate that looks of the last half
 * hour saw; of windows as long as that the present one.
 */
export type BurnRate = {
  readonly hours: number;
  readonly rate: number;
  readonly peak: number;
  readonly events: number;
  readonly bad: number;
};

/** What an SLO comes to at one moment. */
export type SloReading = {
  readonly id: KnownSlo;
  readonly family: SloFamily;
  readonly kind: SloKind;
  readonly standing: SloStanding;
  /** The number, as people read it with its unit; null: there is none. */
  readonly value: string | null;
  readonly bar: string;
  /** One sentence: what was counted, or why nothing can be said. */
  readonly says: string;
  /** Events (or questions) that were counted, and the bad ones among them. */
  readonly events: number;
  readonly bad: number;
  /** Share of bad events that the target allows; 0: none. */
  readonly allowed: number;
  /** What is left of the budget, as a share of it: 1 whole, 0 spent, below 0 overspent. Null: not enough is known. */
  readonly budgetLeft: number | null;
  /** True only where it is known beyond chance; what locks rests on it. */
  readonly spent: boolean;
  /** By window, for `ratio` alone; one without events is left out. */
  readonly burn: readonly BurnRate[];
  /** Of the newer half of the window against the older. Null: too little in one of them. */
  readonly trend: "better" | "same" | "worse" | null;
};

/** An alert that is open. */
export type OpenBurn = {
  readonly slo: string;
  readonly severity: "page" | "ticket";
  readonly since: Instant;
  readonly says: string;
};

/** All SLOs of a service at one moment. */
export type SloReport = {
  readonly service: string;
  readonly at: Instant;
  readonly windowDays: number;
  readonly slos: readonly SloReading[];
  readonly burning: readonly OpenBurn[];
  /** SLOs whose budget is on record as spent, and not restored since. */
  readonly spent: readonly string[];
  /** When observations were last added up; null: never. */
  readonly rolledUpAt: Instant | null;
};
