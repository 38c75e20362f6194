import type { UnitVectors } from "#src/evaluation/few-shot/unit-vectors";

/** Scores are compared in whole millionths: what differs by less is a tie. */
export const MILLIONTHS = 1e6;

/**
 * The score of two unit vectors in millionths, the one definition: products of Float32 numbers, which Float64 holds exactly, added in Float64
 * from the first number to the last; then rounded to 1e-6, halves up. The same on every machine, since the language fixes each of these steps.
 */
export function scoreOf(pool: UnitVectors, place: number, queries: UnitVectors, query: number): number {
  const { dimension, data } = pool;
  const other = queries.data;
  const [a, b] = [place * dimension, query * dimension];
  let sum = 0;
  for (let at = 0; at < dimension; at++) sum += (data[a + at] ?? 0) * (other[b + at] ?? 0);
  // Plus zero: minus zero is another value, and prints alike.
  return Math.round(sum * MILLIONTHS) + 0;
}
