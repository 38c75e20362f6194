import type { Pair, Verdict } from "#src/release/events";
import type { Instant } from "#src/release/policy";

/**
 * What a smoke run looks at. `ops-health`: the gates, held against what is live. `db-workflows`: a document goes into the RAG store, is
 * found and deleted. `rag-qa`: a fixed sample of gold questions. `meta-ops`: whether Golive's own figures, trail and metrics can be
 * relied on. `negatives`: what must not be answered isn't, and what must not harm doesn't.
 */
export const SUITES = ["ops-health", "db-workflows", "rag-qa", "meta-ops", "negatives"] as const;
export type SuiteId = (typeof SUITES)[number];

/** The checks of each suite in their order; those of `ops-health` are the gates. A test holds this and what runs together. */
export const SUITE_CHECKS: Readonly<Record<Exclude<SuiteId, "ops-health">, readonly string[]>> = {
  "db-workflows": [
    "rights",
    "left-overs",
    "embed",
    "ingest",
    "by-run",
    "full-text",
    "vector",
    "index",
    "invisible",
    "delete",
    "nothing-left",
  ],
  "rag-qa": ["answered", "floors", "as-before"],
  "meta-ops": ["scores", "audit-trail", "metrics"],
  negatives: [
    "unanswerable",
    "normal-before",
    "oversize",
    "empty",
    "injection",
    "markup",
    "bidi",
    "long-word",
    "normal-after",
  ],
};

/** `not-applicable`: it was not looked at, for a reason that its summary tells. Never counted as a pass. */
export type CheckVerdict = Verdict | "not-applicable";

/** One thing that a check is about, in words. `before`, `now`: its score in the last green run and in this one, where it has any. */
export type SmokeCase = {
  readonly id: string;
  readonly question: string;
  readonly says: string;
  readonly before: number | null;
  readonly now: number | null;
};

export type SmokeCheck = {
  /** Within its suite. */
  readonly id: string;
  readonly verdict: CheckVerdict;
  /** What was found, with the number in it. */
  readonly summary: string;
  /** What to do about it; empty for a pass. */
  readonly next: string;
  readonly milliseconds: number;
  readonly cases: readonly SmokeCase[];
};

/** What a suite found. `facts`: what the next run needs of it, like the evaluation that it compares with. */
export type SuiteFinding = {
  readonly checks: readonly SmokeCheck[];
  readonly facts: Readonly<Record<string, string | number>>;
};

export type SmokeSuite = SuiteFinding & {
  readonly id: SuiteId;
  readonly verdict: CheckVerdict;
  readonly milliseconds: number;
};

/** A smoke run that others are held against. */
export type EarlierRun = {
  readonly operation: string;
  readonly number: number;
  readonly at: Instant;
  /** As a whole it says nothing. */
  readonly stopped: boolean;
  readonly suites: readonly SmokeSuite[];
  /** The newest run up to this one that called people for what was broken. */
  readonly called: SmokeComparison["called"];
};

/** What a run is held against. `green`: the last that passed; `last`: the one before; `suites`: of each suite the last in which it passed. */
export type EarlierSmokes = {
  readonly green: EarlierRun | null;
  readonly last: EarlierRun | null;
  readonly suites: Partial<Readonly<Record<SuiteId, EarlierRun>>>;
};

/** Checks by their whole names (`suite/check`), in the order of the suites. */
export type SmokeComparison = {
  /** The last run in which everything passed; null: there was none. */
  readonly green: { readonly operation: string; readonly number: number; readonly at: Instant } | null;
  /** A pass in the run before this one, not as bad, or not looked at. */
  readonly newlyBroken: readonly string[];
  /** Not a pass in the run before this one either. */
  readonly brokenAlready: readonly string[];
  readonly mended: readonly string[];
  /** The earlier run that called people for all that is broken now; null: none did. */
  readonly called: { readonly operation: string; readonly at: Instant } | null;
};

export type SmokeResult = {
  readonly version: 1;
  /** What was live when the run began; null: nothing. */
  readonly live: Pair | null;
  /** Why the run as a whole says nothing, whatever its suites found; null where it does. */
  readonly stopped: string | null;
  readonly suites: readonly SmokeSuite[];
  readonly compared: SmokeComparison;
};

/** From best to worst. One fail outweighs any number of checks that could not tell. */
const WORSE: readonly Verdict[] = ["pass", "inconclusive", "error", "fail"];

/** The worst of those that were looked at; `not-applicable` when none was. */
export function worstOf(verdicts: readonly CheckVerdict[]): CheckVerdict {
  const looked = verdicts.filter((verdict) => verdict !== "not-applicable");
  return looked.reduce<CheckVerdict>((worst, each) => {
    return worst === "not-applicable" || WORSE.indexOf(each) > WORSE.indexOf(worst) ? each : worst;
  }, "not-applicable");
}

/** What a run came to. Where nothing was looked at nothing is known, and that is no pass. */
export function verdictOf({ suites, stopped }: Pick<SmokeResult, "suites" | "stopped">): Verdict {
  if (stopped !== null) return "inconclusive";
  const worst = worstOf(suites.map(({ verdict }) => verdict));
  return worst === "not-applicable" ? "inconclusive" : worst;
}

export const toSuite = (id: SuiteId, { checks, facts }: SuiteFinding, milliseconds: number): SmokeSuite => ({
  id,
  verdict: worstOf(checks.map(({ verdict }) => verdict)),
  checks,
  facts,
  milliseconds,
});

/** Whether somebody has to look at it. */
export const isBroken = (verdict: CheckVerdict): boolean => verdict !== "pass" && verdict !== "not-applicable";
