import { compareIds } from "#src/evaluation/few-shot/compare-ids";
import type { Cover } from "#src/evaluation/few-shot/cover";
import { byLot } from "#src/evaluation/few-shot/lottery";
import { MILLIONTHS } from "#src/evaluation/few-shot/score";

/** An example that prompts show today. `since`: the day it was chosen; null: nobody says, so longest of all. */
export type Serving = { readonly id: string; readonly since: string | null };

export type RotationRules = {
  /** How many examples prompts show. */
  readonly count: number;
  /** The most that are replaced at once, of `count`. */
  readonly replaceShare: number;
  /** What the coverage has to gain by a replacement, 0 to 1. */
  readonly leastGain: number;
  readonly seed: number;
};

export type Replacement = {
  readonly out: string | null;
  readonly in: string | null;
  /** `gone`: the one before may not be shown any more. `count`: prompts show more or fewer. `better`: covers more. */
  readonly because: "gone" | "count" | "better";
  /** What the coverage has more of with `in` than with `out` in its place, in millionths; with an empty place, where that may not be shown. */
  readonly gained: number;
};

export type Rotation = {
  /** Ids in the order of the prompt: who stays keeps the place, who comes takes the place of who goes. */
  readonly chosen: readonly Serving[];
  readonly replaced: readonly Replacement[];
  readonly coverage: { readonly before: number; readonly after: number };
};

/** Why there are no examples to choose. */
export type RotationRefusal = { readonly refused: string };

export type RotationInput = {
  /** The pool, by place. */
  readonly ids: readonly string[];
  readonly refuses: readonly boolean[];
  /** Places that nobody who comes in may have: only a person can judge that it leaks nothing. Who is there already is people's to judge. */
  readonly barred: ReadonlySet<number>;
  readonly cover: Cover;
  readonly serving: readonly Serving[];
  /** When the choice is made, as a day. */
  readonly today: string;
  readonly rules: RotationRules;
};

/**
 * A new choice of examples. Who is no longer in the pool goes first, whatever the share says: below the floor, leaking or withdrawn nobody
 * serves on. Empty places are filled by what covers most: one by one, then each is tried anew until none gets better. Then, the longest-serving first, each is tried against the best of its own kind (an
 * example that refuses is followed by one that refuses) and goes if the coverage gains enough, until the share is used up.
 */
export function rotateExamples(input: RotationInput): Rotation | RotationRefusal {
  const { ids, cover, serving, today, rules } = input;
  const placeOf = new Map(ids.map((id, place) => [id, place]));
  const free =
    ids.length - input.barred.size + serving.filter(({ id }) => input.barred.has(placeOf.get(id) ?? -1)).length;
  if (free < rules.count) {
    return { refused: `the curated pool has ${free} entries that may be shown, and prompts show ${rules.count}` };
  }
  const before = serving.flatMap(({ id }) => placeOf.get(id) ?? []);
  let seats: Seat[] = serving.map((each) => ({ ...each, place: placeOf.get(each.id) ?? null }));
  const replaced: Replacement[] = [];
  while (seats.length > rules.count) seats = withoutOne(seats, rules.seed, cover, replaced);
  while (seats.length < rules.count) seats.push({ id: null, since: null, place: null });
  replaced.push(...fillVacant(input, seats));
  const most = Math.floor(rules.replaceShare * rules.count + 1e-9);
  for (const at of longestFirst(seats, rules.seed, today)) {
    if (replaced.filter((each) => each.in !== null).length >= most) break;
    const better = betterFor(input, seats, at);
    if (better === null || better.gained < rules.leastGain * MILLIONTHS) continue;
    replaced.push({ out: seats[at]?.id ?? null, in: better.seat.id, because: "better", gained: better.gained });
    seats[at] = better.seat;
  }
  return {
    chosen: seats.flatMap(({ id, since }) => (id === null ? [] : [{ id, since }])),
    replaced,
    coverage: { before: cover.whole(before), after: cover.whole(placesOf(seats)) },
  };
}

/** A place in the prompt. `place` null: whoever had it is not in the pool. */
type Seat = { readonly id: string | null; readonly since: string | null; readonly place: number | null };

const placesOf = (seats: readonly Seat[]): number[] => seats.flatMap(({ place }) => place ?? []);

/** Places in the prompt by how long they are held by the same example; of today's newcomers none. */
function longestFirst(seats: readonly Seat[], seed: number, today: string): number[] {
  const lot = byLot(seed);
  return [...seats.keys()]
    .filter((at) => seats[at]?.since !== today)
    .sort((a, b) => {
      const [left, right] = [seats[a], seats[b]];
      return compareIds(left?.since ?? "", right?.since ?? "") || lot(left?.id ?? "", right?.id ?? "");
    });
}

/** Prompts show fewer than before: who is not in the pool goes first, then who has served longest. */
function withoutOne(seats: readonly Seat[], seed: number, cover: Cover, replaced: Replacement[]): Seat[] {
  const gone = seats.findIndex(({ place }) => place === null);
  const at = gone >= 0 ? gone : (longestFirst(seats, seed, "")[0] ?? 0);
  const left = seats.filter((_, index) => index !== at);
  const gained = cover.whole(placesOf(left)) - cover.whole(placesOf(seats));
  replaced.push({ out: seats[at]?.id ?? null, in: null, because: gone >= 0 ? "gone" : "count", gained });
  return left;
}

/** Takes whoever covers most into each empty place; changes `seats`. Whoever came in last may have made the first one's choice a poor one. */
function fillVacant(input: RotationInput, seats: Seat[]): Replacement[] {
  const vacant = [...seats.keys()].filter((at) => seats[at]?.place === null);
  const before = new Map(vacant.map((at) => [at, seats[at]?.id ?? null]));
  for (let isBetter = true; isBetter; ) {
    isBetter = false;
    for (const at of vacant) {
      const better = betterFor(input, seats, at);
      if (better === null) continue;
      seats[at] = better.seat;
      isBetter = true;
    }
  }
  const whole = input.cover.whole(placesOf(seats));
  return vacant.map((at) => {
    const out = before.get(at) ?? null;
    const without = input.cover.whole(placesOf(seats.filter((_, index) => index !== at)));
    return { out, in: seats[at]?.id ?? null, because: out === null ? "count" : "gone", gained: whole - without };
  });
}

/**
 * Whoever covers most in this place, of the kind of its holder; equals by id. Null: nobody covers more than its holder does. Of an empty place
 * whoever is best, of any kind and even where that adds nothing.
 */
function betterFor(
  { ids, refuses, barred, cover, today }: RotationInput,
  seats: readonly Seat[],
  at: number,
): { readonly seat: Seat; readonly gained: number } | null {
  const holder = seats[at]?.place ?? null;
  const isVacant = holder === null || seats[at]?.since === today;
  const others = placesOf(seats.filter((_, index) => index !== at));
  const taken = new Set(placesOf(seats));
  const now = cover.whole(placesOf(seats));
  let [best, most] = [-1, holder === null ? -1 : now];
  for (const [place, id] of ids.entries()) {
    if (taken.has(place) || barred.has(place)) continue;
    if (!isVacant && holder !== null && refuses[place] !== refuses[holder]) continue;
    const covered = cover.whole([...others, place]);
    if (covered > most || (best >= 0 && covered === most && compareIds(id, ids[best] ?? "") < 0)) {
      [best, most] = [place, covered];
    }
  }
  const id = ids[best];
  return id === undefined ? null : { seat: { id, since: today, place: best }, gained: most - now };
}
