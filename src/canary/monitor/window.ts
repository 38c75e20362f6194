import type { CanaryState } from "#src/canary/canary-state";
import { BUCKET_MS, bucketOf, dataHours, isTooLate, LATENESS_MS, MOST_DAYS } from "#src/canary/clock";
import type { CanaryWatch } from "#src/canary/watch/state";
import type { Instant } from "#src/release/policy";

const BUCKETS_PER_HOUR = 3_600_000 / BUCKET_MS;
const DAY_MS = 86_400_000;

/** The last bucket of which the newest event is far enough ahead. */
export const lastDue = (newest: Instant): number => bucketOf(newest - LATENESS_MS) - 1;

/**
 * The last bucket that belongs to the window as far as is known: that of the hour in which the asked hours are reached, or of the seventh day;
 * Infinity before anything was closed. What comes behind it waits, so that it is all there when people extend.
 */
export function windowEnd({ durationHours }: CanaryWatch["policy"], { clock }: CanaryState): number {
  if (clock.first === null) return Number.POSITIVE_INFINITY;
  const lastDay = clock.first + (MOST_DAYS * DAY_MS) / BUCKET_MS - 1;
  if (dataHours(clock) < durationHours) return lastDay;
  return Math.min(lastDay, clock.first + (clock.hour + 1) * BUCKETS_PER_HOUR - 1);
}

/** Whether seven days have passed by the clock on the wall: no event may come any more that would say so. */
export function isPast(canary: Pick<CanaryWatch, "from">, { clock }: CanaryState, now: Instant): boolean {
  const first = clock.first ?? bucketOf(canary.from);
  return isTooLate({ ...clock, first }, lastDue(now) + 1);
}

/** Whether somebody had stopped the watch at that time: then it counts as nothing, as does what was before the start. */
export const isLeftOut = ({ from, pauses, paused }: CanaryWatch, at: Instant): boolean =>
  at < from || pauses.some((pause) => at >= pause.from && at < pause.to) || (paused !== null && at >= paused.at);
