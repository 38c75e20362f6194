import {
  acceptAll,
  NOTHING_DUE,
  type OperationAuthored,
  type OperationDecision,
  onAgenda,
  onOperation,
} from "#src/operations/decision";
import type { ScheduleText, SkipReason } from "#src/operations/events";
import type { OperationIntent } from "#src/operations/intents";
import { KINDS } from "#src/operations/kinds";
import type { OperationKind } from "#src/operations/operation";
import type { Calendar } from "#src/operations/schedule/calendar";
import { type DueFires, dueFires } from "#src/operations/schedule/due";
import { dateText } from "#src/operations/schedule/iso-week";
import type { AgendaEntry, AgendaState } from "#src/operations/state";
import { weekOf } from "#src/operations/week";
import { GOLIVE, type Person } from "#src/release/people";
import type { Instant } from "#src/release/policy";
import type { ServiceState } from "#src/release/state";
import { durationText } from "#src/release/wording";

type Fire = Extract<OperationIntent, { type: "fire" }>;

/** Between two looks, and while a process starts, nothing is too late. */
const GRACE_MS = 10 * 60_000;

/**
 * What is due of one kind becomes a run or is skipped, once: the fires in (handled, now] are answered together. While something is moved
 * that it would look at, it waits, and stays due.
 */
export function decideFire(
  service: ServiceState,
  agenda: AgendaState,
  intent: Fire,
  calendar: Calendar,
  now: Instant,
): OperationDecision {
  const { kind } = intent;
  const entry = agenda.entries[kind];
  const due = dueFires(agenda.service, kind, entry, calendar, now);
  if (due === null || entry.schedule === null) return NOTHING_DUE;
  const skip = skipped(entry.schedule, due, intent, calendar, now) ?? overlapping(entry) ?? null;
  const week = weekOf(agenda, kind, due.due, calendar);
  if (skip === null && flipUnderWay(service, intent) !== null && KINDS[kind].waitsForFlip) return NOTHING_DUE;
  const why = skip ?? (KINDS[kind].needsLive && !intent.isLive ? NOTHING_LIVE : null);
  if (why !== null) {
    const { due: newest, fires } = due;
    return acceptAll(onAgenda(agenda.service, { type: "fire-skipped", kind, due: newest, fires, ...why, week }));
  }
  const { operation, channel } = intent;
  return acceptAll(...openRun(agenda, { operation, kind, channel, due: due.due, missed: due.fires - 1, week }, null));
}

type Skip = { readonly because: SkipReason; readonly says: string };

const NOTHING_LIVE: Skip = { because: "nothing-live", says: "Nothing is live, so there was nothing to look at." };

function skipped(
  schedule: ScheduleText,
  { due, late }: DueFires,
  { holidays, freezeWindows }: Fire,
  calendar: Calendar,
  now: Instant,
): Skip | null {
  if (late > Math.max(schedule.catchUpMs, GRACE_MS)) {
    const within = durationText(Math.max(schedule.catchUpMs, GRACE_MS));
    return {
      because: "too-late",
      says: `It could have begun ${durationText(late)} late; it is made up for within ${within}.`,
    };
  }
  const date = dateText(calendar.localDate(due, schedule.zone));
  if (schedule.onHolidays === "skip" && holidays.includes(date)) {
    return { because: "holiday", says: `${date} is a holiday.` };
  }
  const frozen = freezeWindows.find(({ from, to }) => [due, now].some((at) => from <= at && at < to));
  if (schedule.inFreeze === "skip" && frozen !== undefined) {
    return { because: "freeze", says: `It fell into the freeze window “${frozen.name}”.` };
  }
  return null;
}

const overlapping = ({ open }: AgendaEntry): Skip | null =>
  open === null ? null : { because: "overlap", says: `Run #${open.number} had not ended.` };

/** Why what answers is about to be another; null: nothing moves it. */
export function flipUnderWay(
  { rollback, rollbacks }: ServiceState,
  { isCuttingOver }: { readonly isCuttingOver: boolean },
): string | null {
  if (rollback !== null) return `rollback #${rollbacks} is waiting or under way`;
  return isCuttingOver ? "a release is cutting over" : null;
}

/** The facts of a run that begins. `by` null: its schedule did it. */
export function openRun(
  agenda: AgendaState,
  run: {
    readonly operation: string;
    readonly kind: OperationKind;
    readonly channel: string;
    readonly due: Instant;
    readonly missed: number;
    readonly week: string;
  },
  by: Person | null,
): readonly OperationAuthored[] {
  const { operation, kind, channel, due, missed, week } = run;
  const { service } = agenda;
  const number = agenda.entries[kind].runs + 1;
  const author = by ?? GOLIVE;
  const opened = {
    type: "operation-opened",
    operation,
    kind,
    number,
    due: by === null ? due : null,
    missed,
    week,
  } as const;
  const trigger = by === null ? "schedule" : "person";
  return [
    onAgenda(service, opened, author),
    onOperation(
      operation,
      { type: "operation-requested", operation, number, kind, service, channel, due, trigger, missed },
      author,
    ),
  ];
}
