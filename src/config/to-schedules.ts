import type { ServiceConfig } from "#src/config/service-config";
import type { ScheduleText } from "#src/operations/events";
import type { OperationKind } from "#src/operations/operation";

const MINUTE_MS = 60_000;

/** A service's schedules as the journal keeps them; null: the kind is not scheduled. */
export function toSchedules({
  schedules,
}: Pick<ServiceConfig, "schedules">): Readonly<Record<OperationKind, ScheduleText | null>> {
  const { time_zone: zone = "UTC" } = schedules;
  const of = (kind: OperationKind): ScheduleText | null => {
    const schedule = schedules[kind];
    if (schedule === undefined) return null;
    return {
      cron: schedule.at.trim().split(/\s+/).join(" "),
      zone,
      jitterMs: Math.round(schedule.jitter_min * MINUTE_MS),
      catchUpMs: Math.round(schedule.catch_up_h * 60 * MINUTE_MS),
      onHolidays: schedule.on_holidays,
      inFreeze: schedule.in_freeze,
    };
  };
  return {
    smoke: of("smoke"),
    weekly: of("weekly"),
    "few-shot": of("few-shot"),
    backup: of("backup"),
    drill: of("drill"),
    digest: of("digest"),
  };
}
