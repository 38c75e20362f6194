import { compareIds } from "#src/evaluation/few-shot/compare-ids";

/** A vector with the id of what it stands for. */
export type NamedVector = { readonly id: string; readonly vector: ArrayLike<number> };

/** Unit vectors, one after another in one array: that of place `p` begins at `p * dimension`. */
export type UnitVectors = {
  readonly ids: readonly string[];
  readonly dimension: number;
  readonly data: Float32Array;
};

/** Vectors that can't be compared, and why: a sentence that names the id. */
export class VectorError extends Error {
  override readonly name = "VectorError";
}

/**
 * Vectors brought to length 1 and rounded to Float32. What comes out is the same on every machine: IEEE additions in the order of the
 * numbers, divisions and one square root, all of which are rounded correctly (`Math.hypot` need not be). `what`: "pool entry", "query".
 * Throws `VectorError` for a number that is none, a vector without direction, one of another length than the first, an id that comes twice.
 */
export function toUnitVectors(vectors: readonly NamedVector[], what: string): UnitVectors {
  const dimension = vectors[0]?.vector.length ?? 0;
  const data = new Float32Array(vectors.length * dimension);
  const seen = new Set<string>();
  for (const [place, { id, vector }] of vectors.entries()) {
    if (seen.has(id)) throw new VectorError(`${what} ${id}: the id is there twice`);
    seen.add(id);
    if (vector.length !== dimension || dimension === 0) {
      throw new VectorError(`${what} ${id}: its vector has ${vector.length} numbers, the first one's ${dimension}`);
    }
    writeUnit(vector, data, place * dimension, `${what} ${id}`);
  }
  return { ids: vectors.map(({ id }) => id), dimension, data };
}

function writeUnit(vector: ArrayLike<number>, into: Float32Array, at: number, who: string): void {
  let largest = 0;
  for (let index = 0; index < vector.length; index++) {
    const size = Math.abs(vector[index] ?? 0);
    if (!Number.isFinite(size)) throw new VectorError(`${who}: number ${index + 1} of its vector is ${vector[index]}`);
    if (size > largest) largest = size;
  }
  if (largest === 0) throw new VectorError(`${who}: its vector is all zeros, which has no direction`);
  // By the largest number first: squares of very small or large ones would vanish or overflow.
  let sum = 0;
  for (let index = 0; index < vector.length; index++) {
    const scaled = (vector[index] ?? 0) / largest;
    sum += scaled * scaled;
  }
  const length = Math.sqrt(sum);
  for (let index = 0; index < vector.length; index++) into[at + index] = (vector[index] ?? 0) / largest / length;
}

/** The place of each id in the order of ids: numbers are compared faster than texts. */
export function ranksOf(ids: readonly string[]): Uint32Array {
  const order = [...ids.keys()].sort((a, b) => compareIds(ids[a] ?? "", ids[b] ?? ""));
  const ranks = new Uint32Array(ids.length);
  for (const [rank, place] of order.entries()) ranks[place] = rank;
  return ranks;
}
