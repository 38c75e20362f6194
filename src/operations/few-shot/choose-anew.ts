import type { BuiltPool } from "#src/evaluation/few-shot/build-pool";
import { createCover } from "#src/evaluation/few-shot/cover";
import { findNearest } from "#src/evaluation/few-shot/find-nearest";
import { poolText } from "#src/evaluation/few-shot/pool-entry";
import { type Replacement, rotateExamples } from "#src/evaluation/few-shot/rotate-examples";
import { KNN_SELECTOR } from "#src/evaluation/few-shot/select-examples";
import { toUnitVectors, type UnitVectors } from "#src/evaluation/few-shot/unit-vectors";
import { COSINE } from "#src/evaluation/leakage/similar-embeddings";
import { isRefusal } from "#src/evaluation/oracle/refusal";
import { sha256 } from "#src/manifest/canonical";
import { type LiveExamples, servingSince } from "#src/operations/few-shot/live-examples";

/** Name and version of this way to choose; the version changes when the same input can give another choice. */
export const COVER_SELECTOR = "cover-2";

/** A gold question with what the choice needs of it. */
export type AskedQuestion = {
  readonly id: string;
  readonly question: string;
  readonly answerable: boolean;
  readonly tags: readonly string[];
};

export type ChooseRules = {
  /** Null: as many as today. */
  readonly count: number | null;
  readonly replaceShare: number;
  readonly leastGain: number;
  readonly seed: number;
};

/** An entry of the pool whose embedding is nearly a gold question's: nobody has looked at it, so it is not chosen. */
export type TooNear = { readonly pool_id: string; readonly eval_id: string; readonly score: number };

export type Choice = {
  readonly ids: readonly string[];
  /** The day each was chosen; null where every question gets its own examples, and none serves. */
  readonly since: Readonly<Record<string, string>> | null;
  readonly pool: { readonly text: string; readonly sha256: string };
  readonly selector: string;
  readonly replaced: readonly Replacement[];
  /** Millionths. */
  readonly coverage: { readonly before: number; readonly after: number };
  readonly better: readonly string[];
  readonly worse: readonly string[];
  readonly tooNear: readonly TooNear[];
};

/**
 * The examples of the next configuration version out of a curated pool. `vectors`: of a question's text. Where all prompts show the same ones,
 * some are replaced so that they cover the gold questions better; where each question gets its own, all of the pool may be shown. What only a
 * person can judge to be no leak (`tooNear`, a short gold answer) is chosen in neither. Throws `VectorError` for what the embedder got wrong.
 */
export function chooseAnew(
  live: LiveExamples,
  built: BuiltPool,
  gold: readonly AskedQuestion[],
  vectors: (text: string) => readonly number[],
  rules: ChooseRules,
  today: string,
): Choice | { readonly refused: string } {
  const { entries } = built;
  const unit = (list: readonly { readonly id: string; readonly question: string }[], what: string) =>
    toUnitVectors(
      list.map(({ id, question }) => ({ id, vector: vectors(question) })),
      what,
    );
  const [inPool, asked] = [unit(entries, "pool entry"), unit(gold, "gold question")];
  const ids = entries.map(({ id }) => id);
  const tooNear = nearest(inPool, asked);
  const short = built.guard.review.filter(({ rule }) => rule === "short-answer");
  const unseen = new Set([...tooNear, ...short].map(({ pool_id }) => pool_id));
  const cover = createCover({
    pool: inPool,
    refuses: entries.map(({ answer }) => isRefusal(answer)),
    questions: asked,
    unanswerable: gold.map(({ answerable }) => !answerable),
    tags: gold.map(({ tags }) => tags),
  });
  const placesOf = (wanted: readonly string[]) => wanted.map((id) => ids.indexOf(id)).filter((place) => place >= 0);
  const compared = (chosen: readonly string[]) => {
    const [before, after] = [placesOf(live.ids), placesOf(chosen)];
    const [was, is] = [cover.each(before), cover.each(after)];
    const those = (changed: (by: number) => boolean) =>
      gold.filter((_, at) => changed((is[at] ?? 0) - (was[at] ?? 0))).map(({ id }) => id);
    return {
      coverage: { before: cover.whole(before), after: cover.whole(after) },
      better: those((by) => by > 0),
      worse: those((by) => by < 0),
    };
  };
  if (live.selection === "per-question") {
    // Whatever is in the pool may be shown: what nobody looked at stays out of it.
    const shown = entries.filter(({ id }) => !unseen.has(id));
    if (shown.length === 0) return { refused: "no candidate is left for the pool" };
    const next = shown.map(({ id }) => id);
    const pool = toPool(shown);
    return { ids: next, since: null, pool, selector: KNN_SELECTOR, replaced: [], tooNear, ...compared(next) };
  }
  const count = rules.count ?? live.ids.length;
  if (count === 0) return { refused: "prompts show no examples today, and few_shot_refresh.examples says of none" };
  const barred = new Set(placesOf([...unseen]));
  const refuses = entries.map(({ answer }) => isRefusal(answer));
  const serving = live.ids.map((id) => ({ id, since: servingSince(live, id) }));
  const rotated = rotateExamples({ ids, refuses, barred, cover, serving, today, rules: { ...rules, count } });
  if ("refused" in rotated) return rotated;
  const { chosen, replaced } = rotated;
  const since = Object.fromEntries(chosen.flatMap(({ id, since: day }) => (day === null ? [] : [[id, day]])));
  const next = chosen.map(({ id }) => id);
  const pool = toPool(entries);
  return { ids: next, since, pool, selector: COVER_SELECTOR, replaced, tooNear, ...compared(next) };
}

function toPool(entries: BuiltPool["entries"]): Choice["pool"] {
  const text = poolText(entries);
  return { text, sha256: sha256(text) };
}

/** The gold question next to each entry, where that is nearer than a person should have to take on trust. */
function nearest(pool: UnitVectors, gold: UnitVectors): readonly TooNear[] {
  if (gold.ids.length === 0) return [];
  return findNearest(gold, pool, 1).flatMap(([first], place) =>
    first === undefined || first.score < COSINE
      ? []
      : [{ pool_id: pool.ids[place] ?? "", eval_id: first.id, score: first.score }],
  );
}
