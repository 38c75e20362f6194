import { MOST_DAYS } from "#src/canary/clock";

/** Anything with a time, in milliseconds. */
type Timed = { readonly at: number };

/** Is told of each item, in order: that it may pass, or why not. */
export type Decide<T> = (item: T, refusal: string | null) => void;

export type TimeGate<T> = {
  push(item: T): void;
  /** Nothing more comes: what is still held is decided. */
  end(): void;
};

const HOUR = 3_600_000;
const WINDOW = MOST_DAYS * 24 * HOUR;
/** So many observations are looked at together to find out when the recording begins. */
const SAMPLE = 1_000;
/** A line that is further ahead than this of all before has to be followed by another that is. */
const JUMP = HOUR;

const BEFORE = "its time is before the canary began";
const AFTER = `its time is ${MOST_DAYS} days or more after the canary began`;
const FUTURE = "its time is in the future: the next line falls back behind it by more than an hour";

/**
 * Refuses times that can't belong to a canary: a recording has no "now", so that times are held against each other. It begins with the
 * earliest of the first 1,000 times, of those that lie within seven days before their median, and takes seven days at most. One line that
 * jumps ahead by more than an hour while the next one falls back is from the future: believed, it would close every bucket before it.
 */
export function createTimeGate<T extends Timed>(decide: Decide<T>): TimeGate<T> {
  let sample: T[] | null = [];
  let [start, newest] = [0, 0];
  let held: T | null = null;

  const pass = (item: T): void => {
    const { at } = item;
    if (at < start) decide(item, BEFORE);
    else if (at >= start + WINDOW) decide(item, AFTER);
    else {
      if (held !== null) release(held, at);
      if (at > newest + JUMP) held = item;
      else {
        if (at > newest) newest = at;
        decide(item, null);
      }
    }
  };
  const release = (item: T, next: number): void => {
    held = null;
    const isWrong = next < item.at - JUMP;
    if (!isWrong) newest = item.at;
    decide(item, isWrong ? FUTURE : null);
  };
  const open = (items: readonly T[]): void => {
    sample = null;
    start = beginning(items.map(({ at }) => at));
    newest = start;
    for (const item of items) pass(item);
  };
  return {
    push(item) {
      if (sample === null) return pass(item);
      sample.push(item);
      if (sample.length >= SAMPLE) open(sample);
    },
    end() {
      if (sample !== null) open(sample);
      if (held !== null) release(held, held.at);
    },
  };
}

function beginning(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  const median = sorted[sorted.length >> 1] ?? 0;
  return sorted.find((at) => at >= median - WINDOW) ?? median;
}
