import { type PoolEntry, toExample } from "#src/evaluation/few-shot/pool-entry";
import { findSimilarQuestions } from "#src/evaluation/leakage/similar-questions";

/**
 * The entries without those that say nearly what an earlier one asks, by the rules that the leakage guard blocks by; and of each that is left
 * out, which one stands for it. The order is the preference: of two that are alike the first stays.
 */
export function withoutNearDuplicates(preferred: readonly PoolEntry[]): {
  readonly kept: readonly PoolEntry[];
  readonly doubles: readonly { readonly entry: PoolEntry; readonly of: string }[];
} {
  const examples = preferred.map(toExample);
  const alike = new Map<number, number[]>();
  for (const { pool, evaluation, rule } of findSimilarQuestions(examples, examples)) {
    if (rule === "template" || evaluation >= pool) continue;
    alike.set(pool, [...(alike.get(pool) ?? []), evaluation]);
  }
  const [kept, doubles] = [new Map<number, PoolEntry>(), [] as { entry: PoolEntry; of: string }[]];
  for (const [place, entry] of preferred.entries()) {
    const first = alike
      .get(place)
      ?.toSorted((a, b) => a - b)
      .find((each) => kept.has(each));
    const standing = first === undefined ? undefined : kept.get(first);
    if (standing === undefined) kept.set(place, entry);
    else doubles.push({ entry, of: standing.id });
  }
  return { kept: [...kept.values()], doubles };
}
