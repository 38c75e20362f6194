import type { OperationEvent, ScheduleText, SkipReason } from "#src/operations/events";
import type { OperationKind } from "#src/operations/operation";
import type { ProposalKind } from "#src/operations/proposals/events";
import type { Verdict } from "#src/release/events";
import type { Person } from "#src/release/people";
import type { Instant } from "#src/release/policy";

type Fact<T extends OperationEvent["type"]> = Extract<OperationEvent, { type: T }>;

/** A run that ended, as the agenda keeps it. */
export type EndedOperation = {
  readonly operation: string;
  readonly number: number;
  readonly verdict: Verdict;
  readonly summary: string;
  readonly at: Instant;
};

/** One kind of operation of a service. */
export type AgendaEntry = {
  /** Null: not scheduled. */
  readonly schedule: ScheduleText | null;
  /** Fires after this one count: the newest that was opened or skipped, else when the schedule was set. */
  readonly handled: Instant;
  readonly open: {
    readonly operation: string;
    readonly number: number;
    readonly since: Instant;
    readonly week: string;
  } | null;
  readonly runs: number;
  readonly last: EndedOperation | null;
  readonly lastPass: EndedOperation | null;
  readonly skipped: {
    readonly due: Instant;
    readonly because: SkipReason;
    readonly says: string;
    readonly at: Instant;
  } | null;
  /** Fires in a row that became no run, since the last one that did. Those that the schedule itself skips (holidays, freezes) neither count nor end it. */
  readonly skips: number;
};

/** What a service does by the clock, folded from `agenda/<service>`. */
export type AgendaState = {
  readonly service: string;
  readonly entries: Readonly<Record<OperationKind, AgendaEntry>>;
  /** Open proposals, oldest first. */
  readonly proposals: readonly {
    readonly proposal: string;
    readonly number: number;
    readonly kind: ProposalKind;
    readonly title: string;
    readonly at: Instant;
  }[];
  readonly proposalCount: number;
  readonly version: number;
};

/** One run, folded from `operation/<id>`. */
export type OperationState = Omit<Fact<"operation-requested">, "type" | "operation"> & {
  readonly id: string;
  readonly by: Person;
  readonly requestedAt: Instant;
  readonly finished: (Omit<Fact<"operation-finished">, "type"> & { readonly at: Instant }) | null;
  /** What people did about its SOP cards, in order. */
  readonly steps: readonly {
    readonly card: string;
    readonly step: string;
    readonly done: boolean;
    readonly note: string;
    readonly by: Person;
    readonly at: Instant;
  }[];
  readonly version: number;
};
