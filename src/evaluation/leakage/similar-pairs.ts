/** Two sets of grams that have enough in common; `common` is exact. */
export type SimilarPair = { readonly a: number; readonly b: number; readonly common: number };

/**
 * Every pair of sets of which at least two thirds of the smaller one are in the other: exactly those, without comparing all pairs.
 * (A Jaccard similarity of 0.5 means at least that: with s ≤ l grams and c in common, c / (s + l − c) ≥ 1/2 gives
 * c ≥ (s + l) / 3 ≥ 2s / 3. A containment of 0.7 is more.)
 *
 * ScanCount (Li, Lu & Lu, "Efficient merging and filtering algorithms for approximate string searches", ICDE 2008): for each gram the
 * list of the sets that have it; whoever goes through the lists of a set's grams and counts has what that set has in common
 * with every other. A step is one addition in an array, where comparing a pair looks up every gram. Nothing is missed, which
 * no hashing scheme promises.
 */
export function findSimilarPairs(
  as: readonly ReadonlySet<string>[],
  bs: readonly ReadonlySet<string>[],
): SimilarPair[] {
  const { idOf, starts, places } = indexGrams(bs);
  const common = new Uint32Array(bs.length);
  const met = new Uint32Array(bs.length);
  const found: SimilarPair[] = [];
  for (const [a, set] of as.entries()) {
    let metCount = 0;
    for (const gram of set) {
      const id = idOf.get(gram);
      if (id === undefined) continue;
      const end = starts[id + 1] ?? 0;
      for (let at = starts[id] ?? 0; at < end; at++) {
        const b = places[at] ?? 0;
        const before = common[b] ?? 0;
        if (before === 0) met[metCount++] = b;
        common[b] = before + 1;
      }
    }
    for (const b of met.subarray(0, metCount)) {
      const count = common[b] ?? 0;
      if (3 * count >= 2 * Math.min(set.size, bs[b]?.size ?? 0)) found.push({ a, b, common: count });
      common[b] = 0;
    }
  }
  return found;
}

/** Which sets have which gram: those of gram `id` are `places` from `starts[id]` to before `starts[id + 1]`. */
function indexGrams(sets: readonly ReadonlySet<string>[]) {
  const idOf = new Map<string, number>();
  const counts: number[] = [];
  const inIds = sets.map((set) =>
    Uint32Array.from(set, (gram) => {
      const id = idOf.get(gram) ?? counts.length;
      if (id === counts.length) idOf.set(gram, id);
      counts[id] = (counts[id] ?? 0) + 1;
      return id;
    }),
  );
  const starts = new Uint32Array(counts.length + 1);
  for (const [id, count] of counts.entries()) starts[id + 1] = (starts[id] ?? 0) + count;
  const places = new Uint32Array(starts[counts.length] ?? 0);
  const next = starts.slice();
  for (const [index, ids] of inIds.entries()) {
    for (const id of ids) {
      const at = next[id] ?? 0;
      places[at] = index;
      next[id] = at + 1;
    }
  }
  return { idOf, starts, places };
}

export function countCommon(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const [smaller, larger] = a.size <= b.size ? [a, b] : [b, a];
  let common = 0;
  for (const gram of smaller) if (larger.has(gram)) common++;
  return common;
}
