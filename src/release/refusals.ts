import type { CanaryEnd } from "#src/canary/watch/events";
import type { ProposalEnd } from "#src/operations/proposals/events";
import type { Pair } from "#src/release/events";
import type { Person, RoleId } from "#src/release/people";

/** One thing that stands between a release and its cutover. `text` is the full sentence people read. */
export type Blocker = { readonly kind: string; readonly id: string; readonly text: string };

/**
 * An expected "no". Every refusal says what, why, who can and what next; `src/release/refusal-text.ts` turns it into
 * the sentence. Never thrown.
 */
export type Refusal =
  | { readonly kind: "not-a-member"; readonly actor: Person; readonly wanted: string }
  | {
      readonly kind: "no-right";
      readonly right: string;
      readonly roles: readonly RoleId[];
      readonly who: readonly Person[];
    }
  | {
      readonly kind: "not-an-approver";
      readonly signOff: string;
      readonly role: RoleId;
      readonly who: readonly Person[];
      readonly alsoRequester: boolean;
    }
  | {
      readonly kind: "own-release";
      readonly signOff: string;
      readonly who: readonly Person[];
      /** What the requester may not do to the own release; absent: sign. */
      readonly act?: "waive" | "break-glass";
    }
  | {
      readonly kind: "second-role";
      readonly signOff: string;
      readonly signedAs: RoleId;
      readonly who: readonly Person[];
    }
  | { readonly kind: "requester-alone"; readonly who: readonly Person[] }
  | { readonly kind: "already-signed"; readonly signOff: string; readonly by: Person; readonly at: number }
  | { readonly kind: "quorum-full"; readonly signOff: string; readonly by: readonly Person[] }
  | { readonly kind: "not-signed"; readonly signOff: string }
  | { readonly kind: "view-outdated"; readonly what: string }
  | { readonly kind: "evidence-missing"; readonly signOff: string; readonly waitingFor: readonly string[] }
  | { readonly kind: "vetoed"; readonly signOff: string; readonly by: Person; readonly reason: string }
  | { readonly kind: "no-veto"; readonly signOff: string }
  | { readonly kind: "not-your-veto"; readonly signOff: string; readonly by: Person }
  | { readonly kind: "second-person-needed"; readonly signOff: string; readonly who: readonly Person[] }
  | { readonly kind: "role-unresolved"; readonly roles: readonly RoleId[] }
  | { readonly kind: "role-empty"; readonly roles: readonly RoleId[] }
  | { readonly kind: "release-open"; readonly release: string; readonly number: number }
  | { readonly kind: "no-open-release"; readonly service: string }
  | { readonly kind: "release-ended"; readonly number: number; readonly as: string }
  /** `of`: whose message says how it ends; left out: the release's. */
  | { readonly kind: "too-late"; readonly what: string; readonly of?: "canary" | "proposal" }
  | { readonly kind: "paused"; readonly because: string }
  | { readonly kind: "wrong-channel"; readonly channel: string }
  | { readonly kind: "shared-channel"; readonly channel: string }
  | { readonly kind: "run-missing"; readonly run: string }
  | { readonly kind: "run-incomplete"; readonly run: string }
  | { readonly kind: "config-missing"; readonly config: string; readonly known?: readonly string[] }
  /** Nothing is live whose configuration could stay, and there is not exactly one to take. */
  | { readonly kind: "config-unnamed"; readonly run: string; readonly known: readonly string[] }
  | { readonly kind: "same-as-active"; readonly pair: Pair; readonly known?: readonly string[] }
  | { readonly kind: "locked"; readonly reason: string; readonly who: readonly Person[] }
  | { readonly kind: "not-locked" }
  | { readonly kind: "checklist-incomplete"; readonly missing: readonly string[] }
  | { readonly kind: "blocked"; readonly blockers: readonly Blocker[] }
  | {
      readonly kind: "unknown-item";
      readonly is: "check" | "sign-off";
      readonly what: string;
      readonly known: readonly string[];
    }
  | { readonly kind: "not-waivable"; readonly check: string; readonly why: "passed" | "unfinished" | "policy" }
  | { readonly kind: "reason-needed"; readonly what: string }
  | { readonly kind: "until-invalid"; readonly what: string }
  | { readonly kind: "run-known"; readonly run: string }
  | { readonly kind: "flip-unknown"; readonly flip: string }
  | { readonly kind: "rollback-open"; readonly number: number }
  | { readonly kind: "no-rollback"; readonly service: string }
  /** What is to be gone back to is live already. */
  | { readonly kind: "nothing-to-roll-back"; readonly live: Pair | null }
  /** Golive recorded nothing that was live before. */
  | { readonly kind: "nothing-before"; readonly service: string }
  /** The chunks of the run are not what was recorded, and no backup has them. */
  | { readonly kind: "target-damaged"; readonly run: string }
  | { readonly kind: "config-gone"; readonly config: string }
  | { readonly kind: "backup-unknown"; readonly says: string }
  | { readonly kind: "no-canary"; readonly service: string }
  | { readonly kind: "canary-ended"; readonly number: number; readonly as: CanaryEnd }
  | { readonly kind: "kpi-unknown"; readonly kpi: string; readonly known: readonly string[] }
  /** The KPI isn't in breach: there is nothing to acknowledge, mute or escalate. */
  | { readonly kind: "no-breach"; readonly kpi: string; readonly breached: readonly string[] }
  | { readonly kind: "hours-invalid"; readonly what: string; readonly least: number; readonly most: number }
  | { readonly kind: "not-paused" }
  /** Nothing is about to be rolled back by itself. */
  | { readonly kind: "nothing-to-hold" }
  /** One of a kind at a time. `what`: as people say it ("smoke"). */
  | { readonly kind: "operation-open"; readonly what: string; readonly number: number }
  /** Something else has to end first. `because`: a clause. */
  | { readonly kind: "operation-waits"; readonly what: string; readonly because: string }
  | { readonly kind: "no-operation"; readonly operation: string }
  /** The run's SOP cards don't have it. */
  | { readonly kind: "no-step" }
  /** A breach is escalated to people, and there are none. */
  | { readonly kind: "nobody-to-tell"; readonly roles: readonly RoleId[] }
  | { readonly kind: "no-proposal" }
  | { readonly kind: "proposal-ended"; readonly number: number; readonly as: ProposalEnd; readonly says: string }
  /** The same changes of the same base were declined within the last eight weeks. */
  | { readonly kind: "declined-before"; readonly number: number; readonly because: string }
  /** What it changes is not what is live any more. */
  | { readonly kind: "proposal-stale"; readonly number: number; readonly because: string }
  /** `roles`: for which somebody has to accept still; `who`: who could. */
  | {
      readonly kind: "already-accepted" | "acceptance-not-needed";
      readonly number: number;
      readonly roles: readonly RoleId[];
      readonly who: readonly Person[];
    };

export type Decided<E> =
  | { readonly ok: true; readonly events: readonly E[] }
  | { readonly ok: false; readonly refusal: Refusal };
