import type { Pair } from "#src/release/events";
import type { Person, RoleMembers } from "#src/release/people";
import type { Policy } from "#src/release/policy";

/** Where a rollback goes: to what was live before what is live now, or to the pair that a backup was taken of. */
export type RollbackTarget = { readonly kind: "previous" } | { readonly kind: "backup"; readonly backup: string };

/**
 * `intact`: the run's chunks are what was recorded of it. `damaged`: they are not, and are brought back from a backup before the
 * pointer moves. `unchecked`: nobody could say in time; looked at after the flip. `none`: no run is gone back to.
 */
export type DataState = "intact" | "damaged" | "unchecked" | "none";

/** What a rollback will do, as it was when somebody was asked to confirm it. */
export type RollbackPlan = {
  /** What answers now, by the pointer; null: nothing. */
  readonly from: Pair | null;
  /** What will answer; null: nothing, as before the first go-live. */
  readonly to: Pair | null;
  readonly data: DataState;
  /** The backup whose chunks are taken when they have to be brought back; null: there is none. */
  readonly backup: string | null;
  /** One line each: what will change, and what will not. */
  readonly changes: readonly string[];
  readonly untouched: readonly string[];
};

/** The steps of a rollback, in the order in which they are done where the data is intact. */
export const STEPS = ["hold", "restore", "flip", "answering", "caches", "data", "smoke", "proof", "incident"] as const;
export type StepId = (typeof STEPS)[number];

/** `skipped`: there was nothing to do, or nothing to do it with; the detail says which. */
export type StepOutcome = "done" | "failed" | "skipped";

export type StepResult = {
  readonly outcome: StepOutcome;
  /** One sentence with the number in it. */
  readonly detail: string;
  readonly facts: Readonly<Record<string, string | number | boolean | null>>;
};

/** `complete`: every step is done or skipped. `incomplete`: some failed. `refused`: the pointer was not moved by it. */
export type RollbackOutcome = "complete" | "incomplete" | "refused" | "withdrawn";

/** What made Golive ask for it by itself: a canary's breach, or somebody who gave the canary up (then no KPI is named). */
export type RollbackTrigger = { readonly canary: string; readonly kpi: string | null };

/** `policy`: nobody confirmed it, the canary's policy did. */
export type Confirmation = "right" | "break-glass" | "policy";

/** Facts of one rollback, in the order they happened. */
export type RollbackEvent =
  | {
      readonly type: "rollback-requested";
      readonly rollback: string;
      readonly number: number;
      readonly service: string;
      readonly channel: string;
      readonly target: RollbackTarget;
      readonly plan: RollbackPlan;
      readonly reason: string;
      /** The release that made live what is gone back from, and its manifest; null where no release of Golive did. */
      readonly undoes: { readonly release: string; readonly manifest: string | null } | null;
      /**
       * How things stood: what Golive knew to be live, the open release, and whether that was cutting over. Somebody who confirms later
       * confirms this, and not what it has become.
       */
      readonly asOf: { readonly live: Pair | null; readonly release: string | null; readonly cuttingOver: boolean };
      readonly policy: Policy;
      readonly members: RoleMembers;
      /** Left out where somebody asked for it. */
      readonly trigger?: RollbackTrigger;
    }
  /** Somebody who may not roll back, nor approve, stands for breaking the glass. */
  | { readonly type: "rollback-glass-asked" }
  | {
      readonly type: "rollback-confirmed";
      readonly how: Confirmation;
      readonly people: readonly Person[];
      readonly reason: string | null;
    }
  | {
      readonly type: "rollback-flip-intended";
      readonly flip: string;
      readonly from: Pair | null;
      readonly to: Pair | null;
    }
  | {
      readonly type: "rollback-flip-settled";
      readonly flip: string;
      readonly outcome: "flipped" | "refused" | "cancelled";
      readonly live: Pair | null;
    }
  | { readonly type: "rollback-step-started"; readonly step: StepId }
  | { readonly type: "rollback-step-finished"; readonly step: StepId; readonly result: StepResult }
  | {
      readonly type: "rollback-ended";
      readonly outcome: RollbackOutcome;
      /** What the pointer says now. */
      readonly live: Pair | null;
      /** The state of production, precisely, and the one next thing to do; sentences. */
      readonly says: string;
    };

/** What rollbacks leave in the service's own stream. */
export type RollbackServiceEvent =
  | { readonly type: "rollback-opened"; readonly rollback: string; readonly number: number }
  | { readonly type: "rollback-closed"; readonly rollback: string; readonly outcome: RollbackOutcome }
  | {
      readonly type: "pointer-rolled-back";
      readonly rollback: string;
      readonly flip: string;
      readonly from: Pair | null;
      readonly to: Pair | null;
    }
  /** Somebody else moved the pointer, past Golive. `channel`: where that is announced. */
  | {
      readonly type: "pointer-moved";
      readonly from: Pair | null;
      readonly to: Pair | null;
      readonly channel: string;
    };

export const rollbackStream = (rollback: string): string => `rollback/${rollback}`;
