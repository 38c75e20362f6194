import type { Verdict } from "#src/release/events";
import type { Instant } from "#src/release/policy";

/**
 * What Golive does for a service by the clock. `smoke`: five suites against what is live. `weekly`: every gold question, triage, search for
 * better settings. `few-shot`: a new choice of examples. `backup`: a full backup. `drill`: a backup restored and compared. `digest`: what the
 * night brought, told in the morning.
 */
export const OPERATIONS = ["smoke", "weekly", "few-shot", "backup", "drill", "digest"] as const;
export type OperationKind = (typeof OPERATIONS)[number];

/** JSON as the journal keeps it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** What a run of an operation came to. `result` is the kind's own and is read again by its schema. */
export type OperationFinding = {
  readonly verdict: Verdict;
  /** One sentence with the number in it. */
  readonly summary: string;
  readonly result: { readonly [key: string]: Json };
};

/** What a run is told. The same run may be worked on again after a crash: what it did then must be found or done again without harm. */
export type OperationOrder = {
  readonly operation: string;
  readonly number: number;
  readonly kind: OperationKind;
  readonly service: string;
  readonly channel: string;
  /** When it was to begin by its schedule; of one that a person asked for, when. */
  readonly due: Instant;
};

/**
 * Does one kind of operation. Throws for a fault that another try may mend; what can't be told is `inconclusive` or `error`, with the reason in
 * the summary. An aborted `signal` means stop at once: it is run again, unless the reason is `TookTooLong`.
 */
export type OperationRunner = (order: OperationOrder, signal: AbortSignal) => Promise<OperationFinding>;

/** What a run's signal is aborted with that was given up: it is not run again. */
export class TookTooLong extends Error {
  override readonly name = "TookTooLong";
}

/** Subjects of painted messages, by the beginning of their ids. */
export const isOperationId = (subject: string): boolean => subject.startsWith("op_");
export const isProposalId = (subject: string): boolean => subject.startsWith("pp_");
/** The one message a week in whose thread the quiet results stand. */
export const isWeekId = (subject: string): boolean => subject.startsWith("wk_");
