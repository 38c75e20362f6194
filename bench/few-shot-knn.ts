import { createBestOf, type Scored } from "#src/evaluation/few-shot/best-of";
import { nearestByBlocks } from "#src/evaluation/few-shot/nearest-by-blocks";
import { ranksOf, toUnitVectors, type UnitVectors } from "#src/evaluation/few-shot/unit-vectors";

/** Milliseconds of processor time for all queries; both run in one thread. `same`: every id and every rounded score is equal. */
export type KnnBench = {
  readonly pool: number;
  readonly dimension: number;
  readonly queries: number;
  readonly k: number;
  readonly oursMs: number;
  readonly loopMs: number;
  readonly ratio: number;
  readonly same: boolean;
};

const always = () => true;

function spentMs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1_000;
}

/** The selection of examples against a loop over all pairs, in the same process, slice by slice in turns so that both meet the same machine. */
export function benchKnn({ pool = 100_000, dimension = 384, queries = 1_000, k = 5, slices = 4 } = {}): KnnBench {
  const entries = vectors(pool, dimension, 1);
  const asked = vectors(queries, dimension, 2);
  const each = Math.ceil(queries / slices);
  let [oursMs, loopMs, same] = [0, 0, true];
  for (let from = 0; from < queries; from += each) {
    const slice = sliceOf(asked, from, Math.min(queries, from + each));
    const start = process.cpuUsage();
    const ours = nearestByBlocks(entries, slice, k, always);
    oursMs += spentMs(start);
    const middle = process.cpuUsage();
    const expected = loop(entries, slice, k);
    loopMs += spentMs(middle);
    same &&= JSON.stringify(ours) === JSON.stringify(expected);
  }
  return { pool, dimension, queries, k, oursMs, loopMs, ratio: oursMs / loopMs, same };
}

/** What anybody writes first: each query with each entry, one sum, the best five kept. */
function loop(pool: UnitVectors, queries: UnitVectors, k: number): Scored[][] {
  const ranks = ranksOf(pool.ids);
  const { dimension, data } = pool;
  return queries.ids.map((_, query) => {
    const best = createBestOf(k, ranks);
    const asked = queries.data.subarray(query * dimension, (query + 1) * dimension);
    for (let place = 0; place < pool.ids.length; place++) {
      const entry = place * dimension;
      let sum = 0;
      for (let at = 0; at < dimension; at++) sum += (data[entry + at] as number) * (asked[at] as number);
      const millionths = Math.round(sum * 1e6) + 0;
      if (millionths >= best.bar()) best.offer(place, millionths);
    }
    return best.take();
  });
}

function sliceOf({ ids, dimension, data }: UnitVectors, from: number, to: number): UnitVectors {
  return { ids: ids.slice(from, to), dimension, data: data.slice(from * dimension, to * dimension) };
}

/** Numbers that look like chance and are none; every hundredth vector is another one's twin, so that there are ties. */
function vectors(count: number, dimension: number, seed: number): UnitVectors {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  let before = new Float64Array(dimension);
  return toUnitVectors(
    Array.from({ length: count }, (_, index) => {
      if (index % 100 !== 99) before = Float64Array.from({ length: dimension }, next);
      return { id: `e${(index * 7_919) % count}`, vector: before };
    }),
    "entry",
  );
}
