/** One of the nearest: its place in the pool, and its score in millionths. */
export type Scored = { readonly place: number; readonly millionths: number };

/** Keeps the best k of what it is offered, by score, equal ones by rank of their ids. */
export type BestOf = {
  readonly offer: (place: number, millionths: number) => void;
  /** The score that has to be reached to come in; −∞ while there is room. */
  readonly bar: () => number;
  /** Best first. Ends the work: nothing is kept afterwards. */
  readonly take: () => Scored[];
};

/** A heap whose root is the worst that is kept. `ranks`: of each place's id. */
export function createBestOf(k: number, ranks: Uint32Array): BestOf {
  const heap: Scored[] = [];
  const isWorse = (a: Scored, b: Scored): boolean =>
    a.millionths < b.millionths || (a.millionths === b.millionths && rank(a) > rank(b));
  const rank = ({ place }: Scored): number => ranks[place] ?? 0;
  return {
    offer(place, millionths) {
      const entry = { place, millionths };
      if (heap.length < k) return rise(heap, entry, isWorse);
      const [worst] = heap;
      if (worst !== undefined && isWorse(worst, entry)) sink(heap, entry, isWorse);
    },
    bar: () => (heap.length < k ? Number.NEGATIVE_INFINITY : (heap[0]?.millionths ?? Number.POSITIVE_INFINITY)),
    take: () => heap.splice(0).sort((a, b) => (isWorse(a, b) ? 1 : -1)),
  };
}

type IsWorse = (a: Scored, b: Scored) => boolean;

function rise(heap: Scored[], entry: Scored, isWorse: IsWorse): void {
  let at = heap.push(entry) - 1;
  while (at > 0) {
    const above = (at - 1) >> 1;
    const parent = heap[above];
    if (parent === undefined || !isWorse(entry, parent)) break;
    heap[at] = parent;
    at = above;
  }
  heap[at] = entry;
}

/** Puts an entry in the root's stead. */
function sink(heap: Scored[], entry: Scored, isWorse: IsWorse): void {
  let at = 0;
  for (;;) {
    const left = heap[2 * at + 1];
    const right = heap[2 * at + 2];
    if (left === undefined) break;
    const [child, below] = right !== undefined && isWorse(right, left) ? [right, 2 * at + 2] : [left, 2 * at + 1];
    if (!isWorse(child, entry)) break;
    heap[at] = child;
    at = below;
  }
  heap[at] = entry;
}
