import { OPERATIONS, type OperationKind } from "#src/operations/operation";
import type { Calendar } from "#src/operations/schedule/calendar";
import { nextRun } from "#src/operations/schedule/due";
import type { AgendaEntry, AgendaState } from "#src/operations/state";
import type { Instant } from "#src/release/policy";

/** One kind of operation, as people ask for it. */
export type ScheduleRow = Omit<AgendaEntry, "handled"> & {
  readonly kind: OperationKind;
  /** When it begins next, its jitter counted in; null: it is not scheduled. One that has passed is due. */
  readonly next: Instant | null;
  /** It should have begun: it does at the next look, or waits for a rollback or a cutover to end. */
  readonly isDue: boolean;
};

export type ScheduleView = { readonly service: string; readonly rows: readonly ScheduleRow[] };

/** When a service does what, and what came of it, in the order of `OPERATIONS`. */
export function scheduleView({ service, entries }: AgendaState, calendar: Calendar, now: Instant): ScheduleView {
  return {
    service,
    rows: OPERATIONS.map((kind) => {
      const { handled, ...entry } = entries[kind];
      const next = nextRun(service, kind, entries[kind], calendar);
      return { kind, ...entry, next, isDue: next !== null && next <= now };
    }),
  };
}
