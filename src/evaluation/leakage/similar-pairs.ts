/** Two sets of grams that have enough in common; `common` is exact. */
export type SimilarPair = { readonly a: number; readonly b: number; readonly common: number };

/**
 * Every pair of sets of which at least half of the smaller one is in the other: exactly those, without comparing all pairs.
 *
 * Prefix filtering (Chaudhuri, Ganti & Kaushik, "A primitive operator for similarity joins in data cleaning", ICDE 2006): order
 * the grams of a set from rare to common. A set that has at least half of its s grams in common with another lacks at most
 * ⌊s/2⌋ of them, so that one of its rarest ⌊s/2⌋ + 1 grams is in the other. Only those are looked up, in lists that are short
 * because the grams are rare; whatever comes up is then counted exactly. Nothing is missed, which no hashing scheme promises.
 */
export function findSimilarPairs(
  as: readonly ReadonlySet<string>[],
  bs: readonly ReadonlySet<string>[],
): SimilarPair[] {
  const [inA, inB] = [occurrences(as), occurrences(bs)];
  const rarity = (gram: string): number => (inA.get(gram)?.length ?? 0) + (inB.get(gram)?.length ?? 0);
  const found: SimilarPair[] = [];
  const confirm = (a: number, b: number): void => {
    const [left, right] = [as[a], bs[b]];
    if (left === undefined || right === undefined) return;
    const common = countCommon(left, right);
    if (2 * common >= Math.min(left.size, right.size)) found.push({ a, b, common });
  };
  for (const [a, set] of as.entries()) {
    for (const b of lookUp(rarest(set, rarity), inB)) if (set.size <= (bs[b]?.size ?? 0)) confirm(a, b);
  }
  for (const [b, set] of bs.entries()) {
    for (const a of lookUp(rarest(set, rarity), inA)) if (set.size < (as[a]?.size ?? 0)) confirm(a, b);
  }
  return found;
}

type Occurrences = ReadonlyMap<string, readonly number[]>;

function occurrences(sets: readonly ReadonlySet<string>[]): Occurrences {
  const places = new Map<string, number[]>();
  for (const [index, set] of sets.entries()) {
    for (const gram of set) {
      const list = places.get(gram);
      if (list === undefined) places.set(gram, [index]);
      else list.push(index);
    }
  }
  return places;
}

function rarest(set: ReadonlySet<string>, rarity: (gram: string) => number): string[] {
  const ranked = [...set].map((gram) => [rarity(gram), gram] as const).sort(([a], [b]) => a - b);
  return ranked.slice(0, Math.floor(set.size / 2) + 1).map(([, gram]) => gram);
}

function lookUp(grams: readonly string[], places: Occurrences): Set<number> {
  const found = new Set<number>();
  for (const gram of grams) for (const index of places.get(gram) ?? []) found.add(index);
  return found;
}

export function countCommon(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const [smaller, larger] = a.size <= b.size ? [a, b] : [b, a];
  let common = 0;
  for (const gram of smaller) if (larger.has(gram)) common++;
  return common;
}
