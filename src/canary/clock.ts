import type { Arm } from "#src/canary/observation";

/** Time is cut into pieces of this many milliseconds, by the time of the event. A bucket is closed once. */
export const BUCKET_MS = 15 * 60_000;
/** How long a bucket stays open behind the newest event: who is late by more is counted, and never bet. A replay waits for nobody. */
export const LATENESS_MS = 2 * 60_000;
const BUCKETS_PER_HOUR = 4;
/** After so many calendar days a canary that hasn't seen its hours ends inconclusive. */
export const MOST_DAYS = 7;
const BUCKETS_PER_DAY = 24 * BUCKETS_PER_HOUR;

export const bucketOf = (at: number): number => Math.floor(at / BUCKET_MS);
/** Milliseconds: where the bucket ends, and the next begins. */
export const bucketEnd = (bucket: number): number => (bucket + 1) * BUCKET_MS;

/**
 * What the canary's clock has seen. Hours are counted from the first bucket on, and an hour counts when both arms had data in it: traffic that
 * pauses stops the clock. Wall-clock time, and summer time, never come in.
 */
export type Clock = {
  first: number | null;
  /** The hour that is being seen, from 0, and who was heard in it. */
  hour: number;
  baseline: boolean;
  canary: boolean;
  /** Hours before it that count. */
  credited: number;
};

export const newClock = (): Clock => ({ first: null, hour: 0, baseline: false, canary: false, credited: 0 });

/** Enters a bucket. Returns the hours with data before it: which segment it belongs to, and whether the window is over. */
export function enterBucket(clock: Clock, bucket: number): number {
  clock.first ??= bucket;
  const hour = Math.floor((bucket - clock.first) / BUCKETS_PER_HOUR);
  if (hour !== clock.hour) {
    clock.credited = dataHours(clock);
    clock.hour = hour;
    clock.baseline = false;
    clock.canary = false;
  }
  return clock.credited;
}

export function hear(clock: Clock, arm: Arm): void {
  clock[arm] = true;
}

/** Hours in which both arms had data. The present hour counts from when both were heard. */
export const dataHours = ({ credited, baseline, canary }: Clock): number => credited + (baseline && canary ? 1 : 0);

/** Whether a bucket lies behind the last calendar day that a canary may take. */
export const isTooLate = ({ first }: Clock, bucket: number): boolean =>
  first !== null && bucket - first >= MOST_DAYS * BUCKETS_PER_DAY;
