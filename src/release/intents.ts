import type { CheckId, Checklist, SignOffId } from "#src/release/checklist";
import type { CheckResult, EvaluationEnd, EvaluationPlan, Pair, PauseReason } from "#src/release/events";
import type { Person, RoleMembers } from "#src/release/people";
import type { Instant, Policy } from "#src/release/policy";

/** What the RAG store said about a candidate when somebody asked to start. */
export type CandidateFacts = {
  readonly run: "complete" | "incomplete" | "missing";
  readonly config: "present" | "missing";
};

/**
 * What somebody or some job wants to happen. `actor` is resolved from the payload's user at the click, `members` are the
 * role members resolved at the same moment: never anything a button's value says.
 */
export type Intent =
  | {
      readonly type: "start";
      readonly actor: Person;
      readonly members: RoleMembers;
      readonly release: string;
      readonly service: string;
      readonly channel: string;
      /** The channel the command was typed in. */
      readonly from: string;
      readonly channelSharedExternally: boolean;
      readonly candidate: Pair;
      readonly active: Pair | null;
      readonly facts: CandidateFacts;
      readonly checklist: Checklist;
      readonly policy: Policy;
    }
  | { readonly type: "freeze-manifest"; readonly hash: string; readonly changes: readonly string[] }
  | {
      readonly type: "request-check";
      readonly actor: Person;
      readonly members: RoleMembers;
      readonly check: CheckId | "all";
    }
  /** Golive's own: evidence is about to age out. */
  | { readonly type: "refresh-check"; readonly check: CheckId }
  | { readonly type: "start-check"; readonly check: CheckId; readonly attempt: number }
  | { readonly type: "finish-check"; readonly check: CheckId; readonly attempt: number; readonly result: CheckResult }
  /** Golive's own: the evaluation of this manifest begins, or goes on in another process. */
  | {
      readonly type: "start-evaluation";
      readonly manifest: string;
      readonly evaluation: string;
      readonly plan: EvaluationPlan;
    }
  /** Golive's own. `known`: it had ended before anybody asked for it here. */
  | {
      readonly type: "end-evaluation";
      readonly manifest: string;
      readonly evaluation: string | null;
      readonly end: EvaluationEnd;
      readonly known: boolean;
    }
  | { readonly type: "stop-evaluation"; readonly actor: Person; readonly members: RoleMembers }
  | {
      readonly type: "sign";
      readonly actor: Person;
      readonly members: RoleMembers;
      readonly signOff: SignOffId;
      /** What the person saw: `seenOf(state, signOff)` when the button was drawn. Null from the command line. */
      readonly seen: string | null;
    }
  | { readonly type: "withdraw"; readonly actor: Person; readonly signOff: SignOffId }
  | {
      readonly type: "veto";
      readonly actor: Person;
      readonly members: RoleMembers;
      readonly signOff: SignOffId;
      readonly reason: string;
    }
  | { readonly type: "lift-veto"; readonly actor: Person; readonly signOff: SignOffId }
  | {
      readonly type: "break-glass";
      readonly actor: Person;
      readonly members: RoleMembers;
      readonly signOff: SignOffId;
      /** Empty: a second person is needed. */
      readonly reason: string;
    }
  | {
      readonly type: "waive";
      readonly actor: Person;
      readonly members: RoleMembers;
      readonly check: CheckId;
      readonly reason: string;
      readonly until: Instant;
    }
  | { readonly type: "refresh-members"; readonly members: RoleMembers }
  | {
      readonly type: "change-policy";
      readonly checklist: Checklist;
      readonly policy: Policy;
      readonly members: RoleMembers;
    }
  | { readonly type: "pause"; readonly because: PauseReason }
  | { readonly type: "resume" }
  | { readonly type: "cut-over"; readonly actor: Person; readonly members: RoleMembers; readonly seen: string | null }
  /** Golive's own, right before the flip: everything is decided once more with fresh members and a fresh manifest. */
  | {
      readonly type: "intend-flip";
      readonly flip: string;
      readonly members: RoleMembers;
      readonly manifest: string;
      /** What differs from the manifest that was reviewed, one line each; only read when `manifest` is another one. */
      readonly changes?: readonly string[];
    }
  /** Golive's own: what the flip rests on could not be asked. Nothing flips later by surprise. */
  | { readonly type: "stop-cutover"; readonly because: string }
  | {
      readonly type: "settle-flip";
      readonly flip: string;
      readonly outcome: "flipped" | "refused" | "cancelled";
      readonly live: Pair | null;
    }
  | { readonly type: "cancel"; readonly actor: Person; readonly members: RoleMembers; readonly reason: string }
  | {
      readonly type: "adopt-run";
      readonly actor: Person;
      readonly members: RoleMembers;
      readonly run: string;
      readonly chunks: number;
      readonly digest: string;
      readonly policy: Policy;
    }
  /** Golive's own: what the pointer says, looked at while nothing of Golive's is moving it. */
  | { readonly type: "note-pointer"; readonly live: Pair | null; readonly channel: string }
  | { readonly type: "lock"; readonly reason: string; readonly manifest: string | null }
  | {
      readonly type: "unlock";
      readonly actor: Person;
      readonly members: RoleMembers;
      readonly reason: string;
      readonly rootCause: string;
      readonly policy: Policy;
    };
