import { compareIds } from "#src/evaluation/few-shot/compare-ids";
import { MILLIONTHS, scoreOf } from "#src/evaluation/few-shot/score";
import type { UnitVectors } from "#src/evaluation/few-shot/unit-vectors";

/** Kinds of the pool's entries and of the questions, by place: whether the right answer is that there is none. */
export type CoverInput = {
  readonly pool: UnitVectors;
  readonly refuses: readonly boolean[];
  readonly questions: UnitVectors;
  readonly unanswerable: readonly boolean[];
  /** Tags of each question; one without any has a tag of its own kind. */
  readonly tags: readonly (readonly string[])[];
};

/** How well examples cover questions. */
export type Cover = {
  /** Of the pool's entry and a question, in millionths; 0 where they are of different kinds or point away from each other. */
  readonly of: (place: number, question: number) => number;
  /** How near the nearest of these entries is to each question, in millionths. */
  readonly each: (places: readonly number[]) => readonly number[];
  /** The mean over tags of the mean over their questions, in millionths: a tag counts as much as another, however many questions it has. */
  readonly whole: (places: readonly number[]) => number;
};

/**
 * The measure by which examples are chosen. A question is covered by its nearest example of its own kind: one that refuses shows nothing about
 * answering. Sums are of whole numbers and means are taken in the order of the tags' code points, so that all of it is the same everywhere.
 */
export function createCover({ pool, refuses, questions, unanswerable, tags }: CoverInput): Cover {
  const count = questions.ids.length;
  const scores = new Int32Array(pool.ids.length * count);
  for (let place = 0; place < pool.ids.length; place++) {
    for (let question = 0; question < count; question++) {
      if (refuses[place] !== unanswerable[question]) continue;
      scores[place * count + question] = Math.max(0, scoreOf(pool, place, questions, question));
    }
  }
  const of = (place: number, question: number): number => scores[place * count + question] ?? 0;
  const each = (places: readonly number[]): number[] =>
    questions.ids.map((_, question) => Math.max(0, ...places.map((place) => of(place, question))));
  const groups = byTag(tags);
  return {
    of,
    each,
    whole(places) {
      const covered = each(places);
      const means = groups.map((group) => group.reduce((sum, at) => sum + (covered[at] ?? 0), 0) / group.length);
      return Math.round(means.reduce((sum, mean) => sum + mean, 0) / Math.max(1, means.length));
    },
  };
}

/** Places of the questions of each tag. */
function byTag(tags: CoverInput["tags"]): readonly (readonly number[])[] {
  const groups = new Map<string, number[]>();
  for (const [question, own] of tags.entries()) {
    for (const tag of own.length === 0 ? [""] : new Set(own)) groups.set(tag, [...(groups.get(tag) ?? []), question]);
  }
  return [...groups].sort(([a], [b]) => compareIds(a, b)).map(([, group]) => group);
}

/** From millionths to a share. */
export const shareOf = (millionths: number): number => millionths / MILLIONTHS;
