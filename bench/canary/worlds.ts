import type { Arm, Observation } from "#src/canary/observation";
import { SILENT } from "#test/canary/silent";
import type { Random } from "./random.ts";

/** How a simulated RAG system answers: means, and how both arms swing together over the day. */
export type World = {
  /** Requests an hour on each arm. */
  readonly perHour: number;
  /** What the candidate does worse, from `onset` hours on. */
  readonly f1Drop: number;
  readonly hitDrop: number;
  readonly latencyFactor: number;
  readonly onset: number;
  /** Points by which every score of both arms swings within a day, up and down. */
  readonly swing: number;
  /** Correlation of the two arms' answers to one question; 0: other questions. */
  readonly correlation: number;
};

export const SAME: World = {
  perHour: 50,
  f1Drop: 0,
  hitDrop: 0,
  latencyFactor: 1,
  onset: 0,
  swing: 0,
  correlation: 0,
};

export const BUCKETS = 192;
const PER_HOUR = 4;
const F1 = { mean: 0.6, sd: 0.25 };
const HIT = { prefilter: 0.85, reader: 0.85 };
/** Of the logarithm of seconds. */
const LATENCY_SD = 0.5;

const NOTHING = { ...SILENT, budgetViolation: false, prefixLeakage: false };

/** All observations of a bucket, both arms, with everything that the default KPIs look at. `bucket` from 0. */
export function answer(random: Random, world: World, bucket: number): Observation[] {
  const hour = bucket / PER_HOUR;
  const from = Math.floor((bucket * world.perHour) / PER_HOUR);
  const to = Math.floor(((bucket + 1) * world.perHour) / PER_HOUR);
  const observations: Observation[] = [];
  for (let index = from; index < to; index++) {
    const shared = [random.normal(), random.normal(), random.normal(), random.normal()] as const;
    for (const arm of ["baseline", "canary"] as const)
      observations.push(one(random, world, { arm, hour, index, bucket, shared }));
  }
  return observations;
}

type Moment = {
  readonly arm: Arm;
  readonly hour: number;
  readonly index: number;
  readonly bucket: number;
  readonly shared: readonly [number, number, number, number];
};

function one(random: Random, world: World, { arm, hour, index, bucket, shared }: Moment): Observation {
  const isWorse = arm === "canary" && hour >= world.onset;
  const swing = world.swing * Math.sin((2 * Math.PI * hour) / 24);
  const latent = (which: 0 | 1 | 2 | 3) =>
    Math.sqrt(world.correlation) * shared[which] + Math.sqrt(1 - world.correlation) * random.normal();
  const mean = F1.mean + swing - (isWorse ? world.f1Drop : 0);
  const hit = (which: 1 | 2, share: number) =>
    normalShare(latent(which)) < share + swing - (isWorse ? world.hitDrop : 0) ? 1 : 0;
  const f1 = world.correlation === 0 ? random.beta(mean, F1.sd) : betaAt(mean, F1.sd, normalShare(latent(0)));
  return {
    ...NOTHING,
    at: bucket * 900_000 + index,
    arm,
    traceId: `${arm}-${index}`,
    latency: Math.exp(0.5 + LATENCY_SD * random.normal()) * (isWorse ? world.latencyFactor : 1) * (1 + swing),
    scores: {
      f1,
      precision: world.correlation === 0 ? random.beta(mean, F1.sd) : betaAt(mean, F1.sd, normalShare(latent(3))),
      oracle_prefilter: hit(1, HIT.prefilter),
      reader_used_gold: hit(2, HIT.reader),
    },
    dedupRate: 0.15 + 0.15 * random.uniform(),
    breadth: 20 + Math.floor(40 * random.uniform()),
    tools: {
      calls: 1,
      conforming: random.uniform() < 0.98 ? 1 : 0,
      announced: random.uniform() < 0.998 ? 1 : 0,
      unrehearsed: 0,
    },
  };
}

/** Φ, after Abramowitz & Stegun 7.1.26 (exact to 1.5e-7). */
export function normalShare(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const tail =
    ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t * Math.exp(-x * x);
  return z >= 0 ? 1 - tail / 2 : tail / 2;
}

const STEPS = 4_096;
const tables = new Map<string, Float64Array>();

/** The quantile of a Beta at `share`, from a table of its distribution function. */
function betaAt(mean: number, sd: number, share: number): number {
  const rounded = Math.round(mean * 500) / 500;
  const key = `${rounded} ${sd}`;
  const known = tables.get(key) ?? quantiles(rounded, sd);
  tables.set(key, known);
  return known[Math.min(STEPS - 1, Math.floor(share * STEPS))] ?? rounded;
}

function quantiles(mean: number, sd: number): Float64Array {
  const spread = (mean * (1 - mean)) / (sd * sd) - 1;
  const [a, b] = [mean * spread, (1 - mean) * spread];
  const fine = 20_000;
  const density = Float64Array.from({ length: fine }, (_, index) => {
    const x = (index + 0.5) / fine;
    return x ** (a - 1) * (1 - x) ** (b - 1);
  });
  const total = density.reduce((sum, value) => sum + value, 0);
  const table = new Float64Array(STEPS);
  let [sum, place] = [0, 0];
  for (const [index, value] of density.entries()) {
    sum += value / total;
    while (place < STEPS && (place + 0.5) / STEPS <= sum) table[place++] = (index + 0.5) / fine;
  }
  return table.fill(1, place);
}
