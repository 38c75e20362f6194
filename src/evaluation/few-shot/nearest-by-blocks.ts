import { type BestOf, createBestOf, type Scored } from "#src/evaluation/few-shot/best-of";
import {
  createDotKernel,
  type DotKernel,
  LANES,
  QUERIES_AT_ONCE,
  ROWS_AT_ONCE,
} from "#src/evaluation/few-shot/dot-kernel";
import type { MayChoose } from "#src/evaluation/few-shot/nearest-by-loop";
import { MILLIONTHS, scoreOf } from "#src/evaluation/few-shot/score";
import { ranksOf, type UnitVectors } from "#src/evaluation/few-shot/unit-vectors";

/** A block of rows stays in the processor's second cache while all queries pass over it. */
const BLOCK_BYTES = 128 << 10;
const BYTES = 4;

/**
 * How far a score of the kernel can be from the definition's sum, at most. A term passes one rounding of its product and no more than
 * `dimension / 4 + 2` of sums (its lane's, then two), each of at most u = 2⁻²⁴: |error| ≤ γ Σ|aᵢbᵢ| with γ = nu / (1 − nu), n = dimension / 4 + 3
 * (Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., section 3.1), and Σ|aᵢbᵢ| ≤ ‖a‖‖b‖, which is 1 up to the rounding of units.
 * The tenth more is for that, for products that vanish (below 2⁻¹⁴⁹) and for the definition's own sum, wrong by 2⁻⁵³ a step.
 */
export function errorBound(dimension: number): number {
  const steps = (dimension / LANES + 3) * 2 ** -24;
  return (1.1 * steps) / (1 - steps);
}

/**
 * The k nearest of each query, equal to `nearestByLoop` in every id and score, and many times faster. A kernel scores in Float32; whatever could
 * still come in is scored again by the definition, and only that decides. Nothing is missed: an entry is passed over when its kernel's score
 * is below the worst that is kept by more than the error bound and half a millionth, so that its rounded score is below that one's too; and
 * the worst that is kept only gets better. Null where the machine can't.
 */
export function nearestByBlocks(
  pool: UnitVectors,
  queries: UnitVectors,
  k: number,
  mayChoose: MayChoose,
): Scored[][] | null {
  const { dimension } = pool;
  const stride = Math.ceil(dimension / LANES) * LANES;
  const rows = Math.max(ROWS_AT_ONCE, Math.floor(BLOCK_BYTES / BYTES / stride / ROWS_AT_ONCE) * ROWS_AT_ONCE);
  const groups = Math.ceil(queries.ids.length / QUERIES_AT_ONCE);
  const block = groups * QUERIES_AT_ONCE * stride;
  const out = block + rows * stride;
  const kernel = createDotKernel((out + rows * QUERIES_AT_ONCE) * BYTES);
  if (kernel === null) return null;
  packQueries(kernel.floats, queries, stride);
  const ranks = ranksOf(pool.ids);
  const best = queries.ids.map(() => createBestOf(k, ranks));
  const work: Work = { kernel, pool, queries, best, mayChoose, block, out, stride };
  for (let from = 0; from < pool.ids.length; from += rows) {
    const count = Math.min(rows, pool.ids.length - from);
    copyRows(kernel.floats.subarray(block, out), pool, from, count, stride);
    const even = Math.ceil(count / ROWS_AT_ONCE) * ROWS_AT_ONCE;
    for (let group = 0; group < groups; group++) {
      kernel.dots(group * QUERIES_AT_ONCE * stride * BYTES, block * BYTES, even, stride * BYTES, out * BYTES);
      for (let lane = 0; lane < QUERIES_AT_ONCE; lane++)
        confirm(work, group * QUERIES_AT_ONCE + lane, lane, from, count);
    }
  }
  return best.map((each) => each.take());
}

type Work = {
  readonly kernel: DotKernel;
  readonly pool: UnitVectors;
  readonly queries: UnitVectors;
  readonly best: readonly BestOf[];
  readonly mayChoose: MayChoose;
  readonly block: number;
  readonly out: number;
  readonly stride: number;
};

/** Four numbers of each of four queries in turns; what is missing to a full group or step stays zero. */
function packQueries(floats: Float32Array, { ids, dimension, data }: UnitVectors, stride: number): void {
  for (let query = 0; query < ids.length; query++) {
    const lane = query % QUERIES_AT_ONCE;
    const group = (query - lane) * stride;
    for (let at = 0; at < dimension; at++) {
      const step = Math.floor(at / LANES) * LANES * QUERIES_AT_ONCE;
      floats[group + step + lane * LANES + (at % LANES)] = data[query * dimension + at] ?? 0;
    }
  }
}

function copyRows(into: Float32Array, pool: UnitVectors, from: number, count: number, stride: number): void {
  const { data, dimension } = pool;
  if (stride === dimension) into.set(data.subarray(from * dimension, (from + count) * dimension));
  else
    for (let row = 0; row < count; row++) {
      into.set(data.subarray((from + row) * dimension, (from + row + 1) * dimension), row * stride);
    }
}

/** Offers of a block what can come in, by the definition's score. */
function confirm(work: Work, query: number, lane: number, from: number, count: number): void {
  const { kernel, pool, queries, mayChoose, out } = work;
  const best = work.best[query];
  if (best === undefined) return;
  const margin = errorBound(pool.dimension) + 0.501 / MILLIONTHS;
  const { floats } = kernel;
  let least = best.bar() / MILLIONTHS - margin;
  for (let row = 0; row < count; row++) {
    if ((floats[out + row * QUERIES_AT_ONCE + lane] ?? 0) < least) continue;
    const place = from + row;
    const millionths = scoreOf(pool, place, queries, query);
    if (millionths < best.bar() || !mayChoose(query, place)) continue;
    best.offer(place, millionths);
    least = best.bar() / MILLIONTHS - margin;
  }
}
