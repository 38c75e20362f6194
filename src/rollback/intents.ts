import type { Pair } from "#src/release/events";
import type { Person, RoleMembers } from "#src/release/people";
import type { Policy } from "#src/release/policy";
import type { RollbackPlan, RollbackTarget, RollbackTrigger, StepId, StepResult } from "#src/rollback/events";

/** What people want of a rollback. `members`: as resolved at the click. */
export type RollbackPersonIntent =
  /** Whoever has the right confirms what somebody else asked for. */
  | { readonly type: "approve"; readonly actor: Person; readonly members: RoleMembers }
  /** Two people together, or one with a typed reason: for when nobody with the right is to be had. */
  | { readonly type: "break-glass"; readonly actor: Person; readonly members: RoleMembers; readonly reason: string }
  | { readonly type: "withdraw"; readonly actor: Person; readonly members: RoleMembers; readonly reason: string };

export type RollbackIntent =
  | {
      readonly type: "request";
      readonly actor: Person;
      readonly members: RoleMembers;
      readonly policy: Policy;
      readonly rollback: string;
      readonly channel: string;
      readonly target: RollbackTarget;
      readonly plan: RollbackPlan;
      readonly reason: string;
    }
  | RollbackPersonIntent
  /**
   * Golive's own, from here on. By a canary: asked for and confirmed at once. `by`: who gave the canary up, with the right to roll back held against
   * the roles at that click; null: its policy.
   */
  | {
      readonly type: "trigger";
      readonly by: Person | null;
      readonly trigger: RollbackTrigger;
      readonly members: RoleMembers;
      readonly policy: Policy;
      readonly rollback: string;
      readonly channel: string;
      readonly plan: RollbackPlan;
      readonly reason: string;
    }
  /** A canary would ask for the same rollback as somebody whose wish waits for a confirmation. */
  | { readonly type: "confirm-by-canary"; readonly by: Person | null; readonly reason: string }
  /** A flip of a release in doubt was resolved, so that the release can be ended now. */
  | { readonly type: "hold" }
  | { readonly type: "start-step"; readonly step: StepId }
  | { readonly type: "finish-step"; readonly step: StepId; readonly result: StepResult }
  | { readonly type: "intend-flip"; readonly flip: string }
  | {
      readonly type: "settle-flip";
      readonly flip: string;
      readonly outcome: "flipped" | "refused" | "cancelled";
      readonly live: Pair | null;
      /** Why it was called back, in a sentence; only with `cancelled`. */
      readonly because?: string;
    }
  /** `live`: what the pointer says; undefined: it could not be read. */
  | { readonly type: "end"; readonly live: Pair | null | undefined };
