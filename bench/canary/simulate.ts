import { logMcNemar } from "#src/canary/bernoulli-test";
import { logBets } from "#src/canary/bounded-mean";
import { type CanaryState, newCanary } from "#src/canary/canary-state";
import { closeBucket } from "#src/canary/close-bucket";
import { SEGMENTS } from "#src/canary/evidence";
import type { CanaryPolicy } from "#src/canary/kpi";
import { questionLedger } from "#src/canary/question-ledger";
import { seeded } from "./random.ts";
import { answer, BUCKETS, type World } from "./worlds.ts";

/** Hours after the onset until an alarm; null: none within 48 hours. */
export type Delay = number | null;

/** Looks at the state after each bucket; the first true ends the canary. */
export type Look = (state: CanaryState, bucket: number) => boolean;

/** Runs one simulated canary through the product's own code, bucket by bucket. */
export function simulate(policy: CanaryPolicy, world: World, seed: number, look: Look): Delay {
  const [random, state, questions] = [seeded(seed), newCanary(policy), questionLedger()];
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    closeBucket(policy, state, questions, bucket, answer(random, world, bucket));
    if (look(state, bucket)) return (bucket + 1) / 4 - world.onset;
  }
  return null;
}

/** The suite as it is: any KPI's breach. */
export const anyBreach: Look = ({ evidence }) => Object.values(evidence).some(({ breachedAt }) => breachedAt !== null);

/** A single KPI at level α, its evidence from the first hour on and never begun anew. */
export const withoutRestarts =
  (kpi: string, alpha: number): Look =>
  ({ evidence }) => {
    const breach = evidence[kpi]?.breach ?? [];
    const width = breach.length / SEGMENTS;
    const sums = Array.from({ length: width }, (_, place) =>
      breach.reduce((sum, value, index) => (index % width === place ? sum + value : sum), 0),
    );
    const [lost = 0, won = 0] = sums;
    return (width === 2 ? logMcNemar(lost, won) : logBets(sums)) >= -Math.log(alpha);
  };
