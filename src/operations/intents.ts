import type { ScheduleText } from "#src/operations/events";
import type { OperationFinding, OperationKind } from "#src/operations/operation";
import type { Person, RoleMembers } from "#src/release/people";
import type { FreezeWindow, Policy } from "#src/release/policy";

/** What is wanted of a service's clock, or of one run. */
export type OperationIntent =
  /** The schedules as they are configured now. */
  | { readonly type: "set-schedules"; readonly schedules: Readonly<Record<OperationKind, ScheduleText | null>> }
  /** Golive's own, at every look: whatever of this kind is due. `operation`: the id of the run that it makes. */
  | {
      readonly type: "fire";
      readonly kind: OperationKind;
      readonly operation: string;
      readonly channel: string;
      /** "2026-12-24", in the schedule's zone. */
      readonly holidays: readonly string[];
      readonly freezeWindows: readonly FreezeWindow[];
      /** Whether anything answers; where nobody could look: true. */
      readonly isLive: boolean;
      readonly isCuttingOver: boolean;
    }
  | {
      readonly type: "request";
      readonly kind: OperationKind;
      readonly operation: string;
      readonly channel: string;
      readonly actor: Person;
      readonly members: RoleMembers;
      readonly policy: Policy;
      readonly isCuttingOver: boolean;
    }
  | { readonly type: "finish"; readonly finding: OperationFinding }
  | {
      readonly type: "step";
      /** The cards of the run, with their steps. */
      readonly cards: readonly { readonly id: string; readonly steps: readonly { readonly id: string }[] }[];
      readonly actor: Person;
      readonly card: string;
      readonly step: string;
      readonly done: boolean;
      readonly note: string;
    };
