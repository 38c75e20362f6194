import type { CanaryEvent, CanaryServiceEvent } from "#src/canary/watch/events";
import type { AgendaEvent, OperationEvent } from "#src/operations/events";
import type { ProposalEvent } from "#src/operations/proposals/events";
import type { SloEvent } from "#src/operations/slo/events";
import type { CheckId, Checklist, SignOffId } from "#src/release/checklist";
import type { Person, RoleId, RoleMembers } from "#src/release/people";
import type { Instant, Policy } from "#src/release/policy";
import type { RollbackEvent, RollbackServiceEvent } from "#src/rollback/events";

/** What goes live: an ingestion run and a configuration version. Both move with one flip. */
export type Pair = { readonly run: string; readonly config: string };

export type Verdict = "pass" | "fail" | "inconclusive" | "error";

/** The outcome of one check, as evidence. `value` and `bar` are one line each; `numbers` and `query` open in Details. */
export type CheckResult = {
  readonly verdict: Verdict;
  /** One sentence with the number in it, e.g. "3 of 41,220 chunks begin with `Document: `". */
  readonly summary: string;
  readonly value: string;
  readonly bar: string;
  readonly numbers: Readonly<Record<string, string | number | boolean | null>>;
  /** The query or command that produced the numbers. */
  readonly how: string;
  /** What the reader should do about anything but a pass; empty for a pass. */
  readonly next: string;
  /** SHA-256 over (check id, version, verdict, thresholds, digest of inputs): no times, durations or measured values. */
  readonly evidenceHash: string;
  /** When what it rests on was measured, if that was before the check ran; its freshness counts from then. */
  readonly measuredAt?: Instant;
};

/** What an evaluation will take, as estimated before it began. `dollars`: of the judge; null where no price is configured. */
export type EvaluationPlan = {
  readonly trials: number;
  readonly calls: number;
  readonly seconds: number;
  readonly dollars: number | null;
  /** What the questions are too few to prove, in a sentence; left out where they aren't. */
  readonly caution?: string;
};

/** How an evaluation ended. `reason`: a sentence, null for `finished`. Counts are of trials. */
export type EvaluationEnd = {
  readonly outcome: "finished" | "cancelled" | "inconclusive";
  readonly reason: string | null;
  readonly trials: number;
  readonly graded: number;
  readonly refusals: number;
  readonly ungraded: number;
  readonly failed: number;
};

/** The three hashes a sign-off is bound to (rule 1). */
export type Binding = { readonly manifest: string; readonly evidence: string; readonly policy: string };

/** Why a sign-off stopped counting. `from`/`to` are hashes for the first three. */
export type VoidReason =
  | {
      readonly kind: "manifest" | "evidence" | "policy";
      readonly from: string;
      readonly to: string;
      readonly what: string;
    }
  | { readonly kind: "left-role"; readonly role: RoleId };

export type PauseReason = "channel-archived" | "bot-removed" | "channel-shared-externally";

/** Facts of one release, in the order they happened. The journal stores them; `evolve` folds them. */
export type ReleaseEvent =
  | {
      readonly type: "release-started";
      readonly release: string;
      readonly number: number;
      readonly service: string;
      readonly channel: string;
      readonly candidate: Pair;
      /** What answered when the release began; null for the first ever go-live. */
      readonly active: Pair | null;
      readonly checklist: Checklist;
      readonly policy: Policy;
      readonly members: RoleMembers;
    }
  | { readonly type: "manifest-frozen"; readonly hash: string; readonly changes: readonly string[] }
  | { readonly type: "check-requested"; readonly check: CheckId; readonly attempt: number }
  | { readonly type: "check-started"; readonly check: CheckId; readonly attempt: number }
  | {
      readonly type: "check-finished";
      readonly check: CheckId;
      readonly attempt: number;
      readonly result: CheckResult;
      readonly freshUntil: Instant;
    }
  /** `manifest`: another one is frozen; `asked`: somebody or a new policy wants it; `aging`: the one there is soon too old. */
  | {
      readonly type: "evaluation-requested";
      readonly manifest: string;
      readonly because: "manifest" | "asked" | "aging";
    }
  | { readonly type: "evaluation-started"; readonly evaluation: string; readonly plan: EvaluationPlan }
  /** Somebody gives it up. `evaluation` null: it had not begun. */
  | { readonly type: "evaluation-stopped"; readonly evaluation: string | null }
  | {
      readonly type: "evaluation-ended";
      /** Null: it was stopped before it began. */
      readonly evaluation: string | null;
      readonly end: EvaluationEnd;
      /** It was there already, and is fresh: nothing was asked for this. */
      readonly known: boolean;
    }
  | {
      readonly type: "signed";
      readonly signOff: SignOffId;
      readonly role: RoleId;
      readonly binding: Binding;
      /** Ids of everyone the role resolved to at the click. */
      readonly members: readonly string[];
    }
  | { readonly type: "sign-off-withdrawn"; readonly signOff: SignOffId }
  | {
      readonly type: "sign-off-voided";
      readonly signOff: SignOffId;
      readonly person: Person;
      readonly because: VoidReason;
    }
  | { readonly type: "vetoed"; readonly signOff: SignOffId; readonly reason: string }
  | { readonly type: "veto-lifted"; readonly signOff: SignOffId; readonly person: string }
  | { readonly type: "break-glass-asked"; readonly signOff: SignOffId }
  | {
      readonly type: "glass-broken";
      readonly signOff: SignOffId;
      readonly people: readonly Person[];
      readonly reason: string;
    }
  | {
      readonly type: "waived";
      readonly check: CheckId;
      readonly reason: string;
      readonly until: Instant;
      readonly evidence: string;
    }
  | { readonly type: "members-resolved"; readonly members: RoleMembers }
  | {
      readonly type: "policy-changed";
      readonly checklist: Checklist;
      readonly policy: Policy;
      readonly changes: readonly string[];
    }
  | { readonly type: "paused"; readonly because: PauseReason }
  | { readonly type: "resumed" }
  | { readonly type: "cutover-requested"; readonly members: RoleMembers }
  | { readonly type: "cutover-stopped"; readonly because: readonly string[] }
  | { readonly type: "flip-intended"; readonly flip: string; readonly from: Pair | null; readonly to: Pair }
  | {
      readonly type: "flip-settled";
      readonly flip: string;
      readonly outcome: "flipped" | "refused" | "cancelled";
      /** What the pointer said when the flip was settled. */
      readonly live: Pair | null;
    }
  | { readonly type: "went-live"; readonly live: Pair; readonly before: Pair | null }
  | { readonly type: "release-cancelled"; readonly reason: string }
  | { readonly type: "release-failed"; readonly reason: string };

/** Facts of a service that outlive a release. */
export type ServiceEvent =
  | { readonly type: "release-opened"; readonly release: string; readonly number: number }
  | {
      readonly type: "release-closed";
      readonly release: string;
      readonly as: "live" | "cancelled" | "failed";
      readonly manifest: string | null;
    }
  | { readonly type: "run-adopted"; readonly run: string; readonly chunks: number; readonly digest: string }
  | {
      readonly type: "pointer-flipped";
      readonly release: string;
      readonly flip: string;
      readonly from: Pair | null;
      readonly to: Pair;
    }
  | { readonly type: "service-locked"; readonly reason: string; readonly manifest: string | null }
  | { readonly type: "service-unlocked"; readonly reason: string; readonly rootCause: string }
  | RollbackServiceEvent
  | CanaryServiceEvent;

/** Facts about a service's evaluations. */
export type EvaluationEvent =
  | {
      readonly type: "baseline-set";
      /** The evaluation, the evaluator epoch that graded it, and the SHA-256 of everything it found. */
      readonly run: string;
      readonly epoch: string;
      readonly digest: string;
      readonly reason: string;
      /** Id of the baseline whose stored answers were graded anew for this one. */
      readonly regradedFrom: number | null;
    }
  | {
      readonly type: "evaluations-pruned";
      readonly runs: readonly string[];
      /** They had ended before this; ISO 8601, UTC. */
      readonly before: string;
      readonly keepDays: number;
    };

export type DomainEvent =
  | ReleaseEvent
  | ServiceEvent
  | RollbackEvent
  | CanaryEvent
  | EvaluationEvent
  | AgendaEvent
  | OperationEvent
  | ProposalEvent
  | SloEvent;

/** An event with who and when: the journal's view of it, as the pure rooms see it. */
export type Recorded<E extends DomainEvent = DomainEvent> = {
  readonly stream: string;
  readonly version: number;
  readonly at: Instant;
  readonly by: Person;
  readonly event: E;
};

export const releaseStream = (release: string): string => `release/${release}`;
export const evaluationStream = (service: string): string => `evaluation/${service}`;
export const serviceStream = (service: string): string => `service/${service}`;
