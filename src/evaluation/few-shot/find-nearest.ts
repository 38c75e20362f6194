import type { Scored } from "#src/evaluation/few-shot/best-of";
import { nearestByBlocks } from "#src/evaluation/few-shot/nearest-by-blocks";
import { type MayChoose, nearestByLoop } from "#src/evaluation/few-shot/nearest-by-loop";
import { MILLIONTHS } from "#src/evaluation/few-shot/score";
import { type UnitVectors, VectorError } from "#src/evaluation/few-shot/unit-vectors";

/** One of the nearest. `score`: −1 to 1, rounded to 1e-6. */
export type Neighbour = { readonly id: string; readonly score: number };

/** Multiplications from which the kernel is worth its preparation. */
const WORTH_A_KERNEL = 1 << 20;

/**
 * The k nearest entries of the pool for each query, best first; equal scores by id in the order of code points. A pool of fewer than k gives
 * all it has. Both ways to compute it give the same ids and scores, whatever the order of pool and queries. Throws `VectorError` where the
 * two are of different lengths.
 */
export function findNearest(
  pool: UnitVectors,
  queries: UnitVectors,
  k: number,
  mayChoose: MayChoose = () => true,
): Neighbour[][] {
  if (!Number.isSafeInteger(k) || k < 1) throw new VectorError(`k is ${k}; expected a whole number from 1`);
  if (pool.ids.length === 0 || queries.ids.length === 0) return queries.ids.map(() => []);
  if (pool.dimension !== queries.dimension) {
    throw new VectorError(
      `the pool's vectors have ${pool.dimension} numbers, the queries' ${queries.dimension}: they come from different embedders`,
    );
  }
  const size = pool.data.length * queries.ids.length;
  const fast = size < WORTH_A_KERNEL ? null : nearestByBlocks(pool, queries, k, mayChoose);
  return (fast ?? nearestByLoop(pool, queries, k, mayChoose)).map((found) => named(found, pool.ids));
}

const named = (found: readonly Scored[], ids: readonly string[]): Neighbour[] =>
  found.map(({ place, millionths }) => ({ id: ids[place] ?? "", score: millionths / MILLIONTHS }));
