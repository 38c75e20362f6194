import { seeded } from "./random.ts";
import { answer, BUCKETS, type World } from "./worlds.ts";

/**
 * What other judges make of the F1 of one canary: `mannWhitney` is the largest z of Kayenta's rule by then, an hour's two samples compared by
 * their ranks each hour; `fixed` the largest amount by which the mean so far is below the baseline's, looked at every 15 minutes from
 * the first hour on. One figure a bucket, never decreasing: an alarm is where it exceeds what the same rule reaches without a change.
 */
export type Judged = { readonly mannWhitney: readonly number[]; readonly fixed: readonly number[] };

const FIRST_LOOK = 4;

export function judgeByRivals(world: World, seed: number): Judged {
  const random = seeded(seed);
  const [mannWhitney, fixed]: [number[], number[]] = [[], []];
  let [sum, pairs, worstZ, worstMean] = [0, 0, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let hour: { baseline: number[]; canary: number[] } = { baseline: [], canary: [] };
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    for (const { arm, scores } of answer(random, world, bucket)) {
      const f1 = scores.f1 ?? 0;
      hour[arm].push(f1);
      sum += arm === "baseline" ? f1 : -f1;
      if (arm === "canary") pairs++;
    }
    if (bucket % 4 === 3) {
      worstZ = Math.max(worstZ, rankSum(hour.baseline, hour.canary));
      hour = { baseline: [], canary: [] };
    }
    if (bucket >= FIRST_LOOK - 1) worstMean = Math.max(worstMean, sum / pairs);
    mannWhitney.push(worstZ);
    fixed.push(worstMean);
  }
  return { mannWhitney, fixed };
}

/** z of the Mann–Whitney test that the first sample is larger, by the normal approximation. Ties share their rank. */
function rankSum(first: readonly number[], second: readonly number[]): number {
  const all = [...first.map((value) => ({ value, own: true })), ...second.map((value) => ({ value, own: false }))].sort(
    (a, b) => a.value - b.value,
  );
  let ranks = 0;
  for (let from = 0; from < all.length; ) {
    let to = from + 1;
    while (to < all.length && all[to]?.value === all[from]?.value) to++;
    for (let index = from; index < to; index++) if (all[index]?.own === true) ranks += (from + to + 1) / 2;
    from = to;
  }
  const [m, n] = [first.length, second.length];
  const u = ranks - (m * (m + 1)) / 2;
  return (u - (m * n) / 2) / Math.sqrt((m * n * (m + n + 1)) / 12);
}
