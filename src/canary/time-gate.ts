import { MOST_DAYS } from "#src/canary/clock";

/** Anything with a time, in milliseconds. */
type Timed = { readonly at: number };

/** What a gate lets through, in its order, and what not. */
export type Gated<T> =
  | { readonly ok: true; readonly item: T }
  | { readonly ok: false; readonly item: T; readonly sentence: string };

const HOUR = 3_600_000;
const WINDOW = MOST_DAYS * 24 * HOUR;
/** So many observations are looked at together to find out when the recording begins. */
const SAMPLE = 1_000;
/** A line that is further ahead than this of all before has to be followed by another that is. */
const JUMP = HOUR;

/**
 * Refuses times that can't belong to a canary: a recording has no "now", so that times are held against each other. It begins with the
 * earliest of the first 1,000 times, of those that lie within seven days before their median, and takes seven days at most. One line that
 * jumps ahead by more than an hour while the next one falls back is from the future: believed, it would close every bucket before it.
 */
export function createTimeGate<T extends Timed>() {
  let sample: T[] | null = [];
  let start = 0;
  let newest = 0;
  let held: T | null = null;

  function* pass(item: T): Generator<Gated<T>> {
    const { at } = item;
    if (at < start) yield { ok: false, item, sentence: "its time is before the canary began" };
    else if (at >= start + WINDOW)
      yield { ok: false, item, sentence: "its time is after the canary's last possible day" };
    else yield* follow(item);
  }

  function* follow(item: T): Generator<Gated<T>> {
    if (held !== null) {
      const before = held;
      held = null;
      if (item.at < before.at - JUMP) {
        yield {
          ok: false,
          item: before,
          sentence: "its time is in the future: the next line falls back behind it by more than an hour",
        };
      } else {
        newest = before.at;
        yield { ok: true, item: before };
      }
    }
    if (item.at > newest + JUMP) {
      held = item;
      return;
    }
    newest = Math.max(newest, item.at);
    yield { ok: true, item };
  }

  function* open(items: readonly T[]): Generator<Gated<T>> {
    sample = null;
    start = beginning(items.map(({ at }) => at));
    newest = start;
    for (const item of items) yield* pass(item);
  }

  return {
    /** Takes an item; gives those about which something is decided now. */
    *push(item: T): Generator<Gated<T>> {
      if (sample === null) return yield* pass(item);
      sample.push(item);
      if (sample.length >= SAMPLE) yield* open(sample);
    },
    /** Nothing more comes: what is still held is decided. */
    *end(): Generator<Gated<T>> {
      if (sample !== null) yield* open(sample);
      if (held !== null) yield { ok: true, item: held };
      held = null;
    },
  };
}

function beginning(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  const median = sorted[sorted.length >> 1] ?? 0;
  return sorted.find((at) => at >= median - WINDOW) ?? median;
}
