import { OPERATIONS, type OperationKind } from "#src/operations/operation";
import type { Calendar } from "#src/operations/schedule/calendar";
import { isoWeek } from "#src/operations/schedule/iso-week";
import type { AgendaState } from "#src/operations/state";
import type { Instant } from "#src/release/policy";

/** The subject of a service's message of a week. `week`: "2026-W48". */
export const weekSubject = (service: string, week: string): string => `wk_${service}~${week}`;

/** What a week's subject says; null for anything else. */
export function weekOfSubject(subject: string): { readonly service: string; readonly week: string } | null {
  const [, service, week] = /^wk_(.+)~(\d{4}-W\d{2})$/.exec(subject) ?? [];
  return service === undefined || week === undefined ? null : { service, week };
}

/** The time zone that a service's days and weeks are counted in: the kind's own, else of whatever is scheduled first. */
export function zoneOf(agenda: AgendaState, kind: OperationKind): string {
  const zones = [kind, ...OPERATIONS].map((each) => agenda.entries[each].schedule?.zone);
  return zones.find((zone) => zone !== undefined) ?? "UTC";
}

/** The week in which something of this kind falls. */
export const weekOf = (agenda: AgendaState, kind: OperationKind, at: Instant, calendar: Calendar): string =>
  isoWeek(calendar.localDate(at, zoneOf(agenda, kind)));
