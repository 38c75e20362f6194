/** How many of how many: kept apart, because their quotient in binary is no longer exact (see `macro-mean.ts`). */
export type Share = { readonly hits: number; readonly of: number };

/** Nothing to count. Its value is 0, never NaN. */
export const NOTHING: Share = { hits: 0, of: 0 };

export const valueOf = ({ hits, of }: Share): number => (of === 0 ? 0 : hits / of);

/** The share of `items` for which `holds` is true. */
export function shareOf<T>(items: readonly T[], holds: (item: T, index: number) => boolean): Share {
  let hits = 0;
  for (const [index, item] of items.entries()) if (holds(item, index)) hits++;
  return { hits, of: items.length };
}
