import type { Json } from "#src/operations/operation";
import { cut } from "#src/operations/smoke/bounded";

/** So many of a list are kept; a fact of the journal must not grow with candidates times questions. */
export const MOST_KEPT = 20;

/** How a list is kept in the journal: how many there were, by reason, and the first of each reason. Texts are cut. */
export function boundedList<T extends Readonly<Record<string, string | number>>>(
  list: readonly T[],
  reasonOf: (each: T) => string,
): { readonly count: number; readonly by: Readonly<Record<string, number>>; readonly first: readonly Json[] } {
  const groups = [...Map.groupBy(list, reasonOf)];
  return {
    count: list.length,
    by: Object.fromEntries(groups.map(([reason, { length }]) => [reason, length])),
    first: groups.flatMap(([, those]) => those.slice(0, MOST_KEPT).map(short)),
  };
}

const short = (each: Readonly<Record<string, string | number>>): Json =>
  Object.fromEntries(Object.entries(each).map(([key, value]) => [key, typeof value === "string" ? cut(value) : value]));
