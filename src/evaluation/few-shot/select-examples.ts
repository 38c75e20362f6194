import { compareIds } from "#src/evaluation/few-shot/compare-ids";
import { findNearest, type Neighbour } from "#src/evaluation/few-shot/find-nearest";
import { toUnitVectors, type UnitVectors, VectorError } from "#src/evaluation/few-shot/unit-vectors";
import { checkLeakage, type LeakedPair, type NotRun } from "#src/evaluation/leakage/check-leakage";
import type { Example } from "#src/evaluation/leakage/example";

/** Name and version of this way to select; the version changes when the same input can give another choice. */
export const KNN_SELECTOR = "knn-1";

export type Selection = {
  readonly query: string;
  /** Nearest first; fewer than k where the pool has no more that may be shown. */
  readonly examples: readonly Neighbour[];
  /** Entries that leak this query, and so can't be its examples. */
  readonly leftOut: readonly LeakedPair[];
};

export type Selections = {
  readonly selections: readonly Selection[];
  /** Entries that leak a gold case: no query gets them. */
  readonly barred: readonly LeakedPair[];
  /** Pairs that a person should look at, of the queries and of the gold cases. */
  readonly review: readonly LeakedPair[];
  readonly notRun: readonly NotRun[];
};

/**
 * The k nearest examples of each query, none of which leaks the query itself or any gold case. The guard looks at every pair anew, by text and
 * by embedding: that a pool was clean when it was built is not relied on. Throws `VectorError` where vectors are missing or can't be compared.
 */
export function selectExamples(
  pool: readonly Example[],
  queries: readonly Example[],
  gold: readonly Example[],
  k: number,
): Selections {
  const own = checkLeakage(pool, queries);
  const ofGold = gold.length === 0 ? null : checkLeakage(pool, gold);
  const out = new Set(ofGold?.blocked.map(({ pool_id }) => pool_id));
  const leftOut = Map.groupBy(own.blocked, ({ eval_id }) => eval_id);
  const barredFor = new Map([...leftOut].map(([id, pairs]) => [id, new Set(pairs.map(({ pool_id }) => pool_id))]));
  const mayChoose = (query: number, place: number): boolean => {
    const id = pool[place]?.id ?? "";
    return !out.has(id) && barredFor.get(queries[query]?.id ?? "")?.has(id) !== true;
  };
  const found = findNearest(unitsOf(pool, "pool entry"), unitsOf(queries, "query"), k, mayChoose);
  return {
    selections: queries.map(({ id }, query) => ({
      query: id,
      examples: found[query] ?? [],
      leftOut: (leftOut.get(id) ?? []).toSorted((a, b) => compareIds(a.pool_id, b.pool_id)),
    })),
    barred: ofGold?.blocked ?? [],
    review: [...own.review, ...(ofGold?.review ?? [])],
    notRun: [...own.notRun, ...(ofGold?.notRun ?? [])],
  };
}

/** Unit vectors of examples, all of which have an embedding. */
export function unitsOf(examples: readonly Example[], what: string): UnitVectors {
  return toUnitVectors(
    examples.map(({ id, embedding }) => {
      if (embedding === null) throw new VectorError(`${what} ${id}: it has no embedding`);
      return { id, vector: embedding };
    }),
    what,
  );
}
