import type { Arm } from "#src/canary/observation";
import type { CanaryReport } from "#src/canary/verdict";
import type { CanaryEvent, Finding } from "#src/canary/watch/events";
import type { Person, RoleMembers } from "#src/release/people";
import type { Instant } from "#src/release/policy";

/** Who acts, with the roles as resolved at the click. */
type By = { readonly actor: Person; readonly members: RoleMembers };
type WithReason = By & { readonly reason: string };

/** What people want of a canary. All but `acknowledge`, `mute` and `escalate` need the right `canary` and a reason. */
export type CanaryPersonIntent =
  | ({ readonly type: "pause" } & WithReason)
  | ({ readonly type: "resume" } & WithReason)
  /** Whole hours, 1 to 120. */
  | ({ readonly type: "extend"; readonly hours: number } & WithReason)
  /** Ends it in favour of the candidate. With a breach that was not held off this is a waiver, and is said to be one. */
  | ({ readonly type: "promote" } & WithReason)
  /** Rolls back now: right `rollback`. */
  | ({ readonly type: "abort" } & WithReason)
  /** No rollback by itself for what was found so far, until people decide. Again for what was found since. */
  | ({ readonly type: "hold" } & WithReason)
  /** Any member. */
  | ({ readonly type: "acknowledge"; readonly kpi: string } & By)
  /** Right `mute`. Whole hours, 1 to 24. */
  | ({ readonly type: "mute"; readonly kpi: string; readonly hours: number } & By)
  /** Any member. */
  | ({ readonly type: "escalate"; readonly kpi: string } & By);

export type CanaryStart = Omit<Extract<CanaryEvent, { type: "canary-started" }>, "type" | "number">;

/** What the observations that are stored come to at this moment. */
export type Look = {
  readonly report: CanaryReport;
  readonly finding: Finding;
  /** The newest event of each arm since the start, by its own time; null: none yet. */
  readonly heard: Readonly<Record<Arm, Instant | null>>;
  /** The window is over: the hours are there and the bucket after them is closed, or seven days have passed. */
  readonly over: boolean;
  /** Of each KPI in breach: the questions that contributed most. */
  readonly worst: Readonly<Record<string, readonly string[]>>;
};

export type CanaryIntent =
  | ({ readonly type: "start" } & CanaryStart)
  /**
   * Golive's own, every few seconds: what is seen, and what is due by the clock. `look` null: nobody was ever heard; undefined: it could not
   * be looked. `asOf`: version of the canary that was looked at; a look at what is another by now (somebody extended it meanwhile) counts as
   * none, and the next one comes. Left out: it is of this moment. `members` null: as at the start.
   */
  | {
      readonly type: "watch";
      readonly look: Look | null | undefined;
      readonly asOf?: number;
      readonly members: RoleMembers | null;
      /** With a `look` that is undefined because it failed: since when it does, and why, in a sentence. */
      readonly blind?: { readonly since: Instant; readonly says: string };
    }
  /** `rollback`: the canary's own, as it was when this was seen. `runs`: the one that does it. */
  | { readonly type: "rollback-impeded"; readonly rollback: string; readonly says: string }
  | { readonly type: "rollback-begun"; readonly rollback: string; readonly runs: string }
  | { readonly type: "rollback-given-up"; readonly rollback: string; readonly says: string; readonly attempts: number }
  | CanaryPersonIntent;
