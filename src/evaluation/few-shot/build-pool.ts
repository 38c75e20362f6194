import { compareIds } from "#src/evaluation/few-shot/compare-ids";
import { byLot } from "#src/evaluation/few-shot/lottery";
import { withoutNearDuplicates } from "#src/evaluation/few-shot/near-duplicates";
import { type PoolEntry, toExample } from "#src/evaluation/few-shot/pool-entry";
import { checkLeakage, type LeakageReport, type LeakedPair } from "#src/evaluation/leakage/check-leakage";
import type { Example } from "#src/evaluation/leakage/example";

/** `floor`: the least quality, 0 to 1. `size`: the most entries. `seed`: who comes first among equals. */
export type PoolRules = { readonly floor: number; readonly size: number; readonly seed: number };

export type Dropped = {
  readonly id: string;
  readonly because: "below-floor" | "leaks" | "near-duplicate" | "no-room";
  /** The rest of a sentence that begins with the id. */
  readonly says: string;
};

/** `entries` by id. `leaked`: what the dropped ones leak. `guard`: the guard's report on what came out; its `blocked` is empty. */
export type BuiltPool = {
  readonly entries: readonly PoolEntry[];
  readonly dropped: readonly Dropped[];
  readonly leaked: readonly LeakedPair[];
  readonly guard: LeakageReport;
};

/**
 * A curated pool: candidates at or above the floor that leak no case of the evaluation, of near duplicates the better one, no more than fit.
 * Better is the higher quality, then the newer, then the seed's lot. Doesn't depend on the order of the candidates.
 */
export function buildPool(
  candidates: readonly PoolEntry[],
  evaluation: readonly Example[],
  { floor, size, seed }: PoolRules,
): BuiltPool {
  const lot = byLot(seed);
  const isBetter = (a: PoolEntry, b: PoolEntry): number =>
    b.quality - a.quality || compareIds(b.addedAt, a.addedAt) || lot(a.id, b.id);
  const inOrder = candidates.toSorted((a, b) => compareIds(a.id, b.id));
  const good = inOrder.filter(({ quality }) => quality >= floor);
  const first = withoutLeaks(good, evaluation);
  const { kept, doubles } = withoutNearDuplicates(first.entries.toSorted(isBetter));
  // Which words are common, and so no evidence, depends on what is compared: what comes out is looked at once more, as others will.
  const last = withoutLeaks(kept.slice(0, size), evaluation);
  const leaked = [...first.leaked, ...last.leaked];
  return {
    entries: last.entries.toSorted((a, b) => compareIds(a.id, b.id)),
    dropped: [
      ...inOrder
        .filter(({ quality }) => quality < floor)
        .map(({ id, quality }) => drop(id, "below-floor", `has quality ${quality}, below ${floor}`)),
      ...perEntry(leaked),
      ...doubles.map(({ entry, of }) => drop(entry.id, "near-duplicate", `asks nearly what ${of} asks`)),
      ...kept.slice(size).map(({ id }) => drop(id, "no-room", `would be one more than ${size}`)),
    ].sort((a, b) => compareIds(a.id, b.id)),
    leaked,
    guard: last.guard,
  };
}

/** Entries of which the guard blocks none, whatever it takes. */
function withoutLeaks(entries: readonly PoolEntry[], evaluation: readonly Example[]) {
  const leaked: LeakedPair[] = [];
  for (let left = entries; ; ) {
    const guard = checkLeakage(left.map(toExample), evaluation);
    if (guard.clean) return { entries: left, leaked, guard };
    leaked.push(...guard.blocked);
    const out = new Set(guard.blocked.map(({ pool_id }) => pool_id));
    left = left.filter(({ id }) => !out.has(id));
  }
}

const drop = (id: string, because: Dropped["because"], says: string): Dropped => ({ id, because, says });

function perEntry(leaked: readonly LeakedPair[]): Dropped[] {
  return [...Map.groupBy(leaked, ({ pool_id }) => pool_id)].map(([id, pairs]) =>
    drop(id, "leaks", `leaks ${pairs.map(({ eval_id, rule }) => `${eval_id} (${rule})`).join(", ")}`),
  );
}
