import { type Measure, meanOf, type Values } from "#src/evaluation/compare/measures";
import type { Request } from "#src/evaluation/oracle/latency";
import type { GoldQuestion, Outcome, Reason } from "#src/evaluation/run/case-record";
import type { RunRecord } from "#src/evaluation/run/run-record";

/**
 * A snapshot in characters of text, best chunk first. `evidenceWithin`: how many of them it takes to have the evidence; null: it isn't
 * in it.
 */
export type SnapshotSize = { readonly characters: number; readonly evidenceWithin: number | null };

/** What became of one time that a case was asked, without the texts. */
export type EvaluatedTrial = {
  readonly place: number;
  /** `unasked`: nothing came back yet; `unjudged`: an answer that nobody looked at yet. */
  readonly outcome: Outcome | "unasked" | "unjudged";
  readonly reason: Reason | null;
  readonly values: Values;
  /** Where the evidence stands in the snapshot; null where nobody looked. */
  readonly snapshot: SnapshotSize | null;
  /** Null when it was not asked. */
  readonly request: Request | null;
  /** What the answer doesn't show of how it was made. */
  readonly unshown: readonly string[];
};

/** A question with every time that it was asked. */
export type EvaluatedCase = {
  readonly gold: GoldQuestion;
  /** Whether its evidence is in the documents; null where nobody could look. Always null for a negative. */
  readonly labelled: boolean | null;
  readonly trials: readonly EvaluatedTrial[];
};

/** A run with what every case scored: all that comparisons, floors and reports need, small enough to be held whole. */
export type EvaluatedRun = { readonly record: RunRecord; readonly cases: readonly EvaluatedCase[] };

/** A case weighs the same however often it was asked: its value is the mean of its repeats. Null: not measured. */
export function caseValue({ trials }: EvaluatedCase, measure: Measure): number | null {
  return meanOf(trials.flatMap(({ values }) => values[measure] ?? []));
}

/** Why a case has no score, in the order of what is worst; null when one of its trials was scored. */
export function whyUnscored({ trials }: EvaluatedCase): "failed" | "ungraded" | "unasked" | null {
  if (trials.some(({ outcome }) => outcome === "graded" || outcome === "refusal")) return null;
  if (trials.some(({ outcome }) => outcome === "failed")) return "failed";
  return trials.some(({ outcome }) => outcome === "ungraded") ? "ungraded" : "unasked";
}

/** Share of the cases that have no score, whatever the reason, 0 to 1. Null for a run without cases. */
export function missingShare({ cases }: EvaluatedRun): number | null {
  return meanOf(cases.map((each) => (whyUnscored(each) === null ? 0 : 1)));
}

/** Macro means over cases, with the number of cases that each rests on. */
export function meanOfRun(run: EvaluatedRun, measure: Measure): { readonly mean: number | null; readonly n: number } {
  const values = run.cases.flatMap((each) => caseValue(each, measure) ?? []);
  return { mean: meanOf(values), n: values.length };
}

export const requestsOf = (run: EvaluatedRun): readonly Request[] =>
  run.cases.flatMap(({ trials }) => trials.flatMap(({ request }) => request ?? []));
