/** How many of how many: kept apart, because their quotient in binary is no longer exact (see `macro-mean.ts`). */
export type Share = { readonly hits: number; readonly total: number };

/** Nothing to count. Its value is 0, never NaN. */
export const NOTHING: Share = { hits: 0, total: 0 };

export const quotient = ({ hits, total }: Share): number => (total === 0 ? 0 : hits / total);

/** The share of `items` for which `holds` is true. */
export function shareOf<T>(items: readonly T[], holds: (item: T, index: number) => boolean): Share {
  let hits = 0;
  items.forEach((item, index) => {
    if (holds(item, index)) hits++;
  });
  return { hits, total: items.length };
}
