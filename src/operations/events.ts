import type { Json, OperationKind } from "#src/operations/operation";
import type { ProposalEnd, ProposalKind } from "#src/operations/proposals/events";
import type { Verdict } from "#src/release/events";
import type { Instant } from "#src/release/policy";

/** A schedule as it was configured. `cron`: five fields, minutes first, in `zone` (IANA). */
export type ScheduleText = {
  readonly cron: string;
  readonly zone: string;
  /** A fire comes up to so much later, by a hash of service, kind and due time: the same on every copy of the bot. */
  readonly jitterMs: number;
  /** A fire that was missed is made up for until it is so old; then it is skipped. */
  readonly catchUpMs: number;
  readonly onHolidays: "run" | "skip";
  readonly inFreeze: "run" | "skip";
};

/** Why a fire did not become a run. `overlap`: the run before it has not ended. */
export type SkipReason = "overlap" | "holiday" | "freeze" | "too-late" | "nothing-live";

/** What a service's clock did: `agenda/<service>`. */
export type AgendaEvent =
  /** From `since` on fires count. A changed schedule never makes up for what the one before it missed. Null: it is no longer scheduled. */
  | {
      readonly type: "schedule-set";
      readonly kind: OperationKind;
      readonly schedule: ScheduleText | null;
      readonly since: Instant;
    }
  | {
      readonly type: "operation-opened";
      readonly operation: string;
      readonly kind: OperationKind;
      readonly number: number;
      /** Null: a person asked for it. */
      readonly due: Instant | null;
      /** Fires before this one that it makes up for too. */
      readonly missed: number;
      /** The ISO week it belongs to, in the service's time zone: "2026-W48". */
      readonly week: string;
    }
  | {
      readonly type: "operation-closed";
      readonly operation: string;
      readonly kind: OperationKind;
      readonly verdict: Verdict;
      readonly summary: string;
    }
  /** `due`: the newest of the fires that are skipped. */
  | {
      readonly type: "fire-skipped";
      readonly kind: OperationKind;
      readonly due: Instant;
      readonly fires: number;
      readonly because: SkipReason;
      readonly says: string;
      /** Of `due`, as of a run. */
      readonly week: string;
    }
  | {
      readonly type: "proposal-opened";
      readonly proposal: string;
      readonly number: number;
      readonly kind: ProposalKind;
      readonly title: string;
    }
  | { readonly type: "proposal-closed"; readonly proposal: string; readonly as: ProposalEnd };

/** One run: `operation/<id>`. */
export type OperationEvent =
  | {
      readonly type: "operation-requested";
      readonly operation: string;
      readonly number: number;
      readonly kind: OperationKind;
      readonly service: string;
      readonly channel: string;
      readonly due: Instant;
      readonly trigger: "schedule" | "person";
      readonly missed: number;
    }
  | {
      readonly type: "operation-finished";
      readonly verdict: Verdict;
      readonly summary: string;
      readonly result: { readonly [key: string]: Json };
    }
  /** A step of a SOP card that a person began or did. `card`: its id; `step`: the step's. */
  | { readonly type: "sop-step-started"; readonly card: string; readonly step: string }
  | { readonly type: "sop-step-done"; readonly card: string; readonly step: string; readonly note: string };

export const agendaStream = (service: string): string => `agenda/${service}`;
export const operationStream = (operation: string): string => `operation/${operation}`;
