import { createHash } from "node:crypto";
import type { OperationKind } from "#src/operations/operation";
import type { Calendar } from "#src/operations/schedule/calendar";
import type { AgendaEntry } from "#src/operations/state";
import type { Instant } from "#src/release/policy";

/** How much later than `due` a fire comes, in ms: from 0 up to `jitterMs`, the same on every copy of the bot. */
export function jitterOf(service: string, kind: OperationKind, due: Instant, jitterMs: number): number {
  if (jitterMs === 0) return 0;
  const hash = createHash("sha256").update(`${service}/${kind}/${due}`).digest();
  return Math.floor((hash.readUInt32BE(0) / 0x1_0000_0000) * (jitterMs + 1));
}

/** Fires that are to be answered now, as one. `due`: the newest; `fires`: how many, with it; `late`: ms since it was to begin. */
export type DueFires = { readonly due: Instant; readonly fires: number; readonly late: number };

/** What of a kind's schedule is due and not answered; null: nothing is. */
export function dueFires(
  service: string,
  kind: OperationKind,
  { schedule, handled }: Pick<AgendaEntry, "schedule" | "handled">,
  calendar: Calendar,
  now: Instant,
): DueFires | null {
  if (schedule === null || now <= handled) return null;
  const due = calendar.fires(schedule, handled, now);
  const begins = (at: Instant): Instant => at + jitterOf(service, kind, at, schedule.jitterMs);
  const index = due.findLastIndex((at) => begins(at) <= now);
  const newest = due[index];
  if (newest === undefined) return null;
  return { due: newest, fires: index + 1, late: now - begins(newest) };
}

/** When the next run of a kind begins, its jitter counted in; null: it is not scheduled, or never again. A past one is due. */
export function nextRun(
  service: string,
  kind: OperationKind,
  { schedule, handled }: Pick<AgendaEntry, "schedule" | "handled">,
  calendar: Calendar,
): Instant | null {
  if (schedule === null) return null;
  const due = calendar.next(schedule, handled);
  return due === null ? null : due + jitterOf(service, kind, due, schedule.jitterMs);
}
