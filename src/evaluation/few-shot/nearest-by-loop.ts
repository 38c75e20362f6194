import { createBestOf, type Scored } from "#src/evaluation/few-shot/best-of";
import { scoreOf } from "#src/evaluation/few-shot/score";
import { ranksOf, type UnitVectors } from "#src/evaluation/few-shot/unit-vectors";

/** Whether a place of the pool may be chosen for a query. */
export type MayChoose = (query: number, place: number) => boolean;

/** The k nearest of each query by the definition: every entry is scored. */
export function nearestByLoop(pool: UnitVectors, queries: UnitVectors, k: number, mayChoose: MayChoose): Scored[][] {
  const ranks = ranksOf(pool.ids);
  return queries.ids.map((_, query) => {
    const best = createBestOf(k, ranks);
    for (let place = 0; place < pool.ids.length; place++) {
      const millionths = scoreOf(pool, place, queries, query);
      if (millionths >= best.bar() && mayChoose(query, place)) best.offer(place, millionths);
    }
    return best.take();
  });
}
