import type { ScheduleText } from "#src/operations/events";

/** Whether two schedules say the same, so that nothing has to begin anew. */
export function sameSchedule(one: ScheduleText | null, other: ScheduleText | null): boolean {
  if (one === null || other === null) return one === other;
  return (
    one.cron === other.cron &&
    one.zone === other.zone &&
    one.jitterMs === other.jitterMs &&
    one.catchUpMs === other.catchUpMs &&
    one.onHolidays === other.onHolidays &&
    one.inFreeze === other.inFreeze
  );
}
