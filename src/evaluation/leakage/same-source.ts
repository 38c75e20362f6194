import type { Example, Finding } from "#src/evaluation/leakage/example";

/** Pairs that were made from the same place: a source or gold document in common, and the same answer span. */
export function findSameSource(pool: readonly Example[], evaluation: readonly Example[]): Finding[] {
  const places = new Map<string, number[]>();
  for (const [index, example] of pool.entries()) {
    for (const key of keysOf(example)) places.set(key, [...(places.get(key) ?? []), index]);
  }
  return evaluation.flatMap((example, index) => {
    const found = new Set(keysOf(example).flatMap((key) => places.get(key) ?? []));
    return [...found].map((place): Finding => ({ pool: place, evaluation: index, rule: "source", score: 1 }));
  });
}

function keysOf({ sources, span }: Example): string[] {
  return span === null ? [] : sources.map((source) => JSON.stringify([source, span]));
}
