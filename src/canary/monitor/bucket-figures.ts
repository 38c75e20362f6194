import type { CanaryPolicy, Kpi } from "#src/canary/kpi";
import { addLatency, addSketch, type LatencySketch, newSketch } from "#src/canary/latency-sketch";
import { singleValue } from "#src/canary/measure";
import { ARMS, type Arm, type Observation, scoreOf, secondsOf } from "#src/canary/observation";
import type { ArmPair } from "#src/canary/pair-arms";

/** Of values: how many, their sum, and that of their squares. */
export type Sums = readonly [n: number, sum: number, squares: number];

/** What charts need of one bucket. Plain JSON. */
export type BucketFigures = {
  /** Requests, failed ones included. */
  readonly requests: Readonly<Record<Arm, number>>;
  /** Rounded to three digits, so that it stays small at any traffic. */
  readonly latency: Readonly<Record<Arm, LatencySketch>>;
  /** KPIs that are means or counts of something; what the others show comes from the two above. */
  readonly kpis: { readonly [kpi: string]: Readonly<Record<Arm, Sums>> };
};

/** `comparedBy`: the pairs that counted for a KPI. */
export function bucketFigures(
  policy: CanaryPolicy,
  observations: readonly Observation[],
  comparedBy: (kpi: Kpi, place: number) => readonly ArmPair[],
): BucketFigures {
  const latency = { baseline: newSketch(), canary: newSketch() };
  const requests = { baseline: 0, canary: 0 };
  for (const observation of observations) {
    requests[observation.arm]++;
    const seconds = secondsOf(observation);
    if (seconds !== null) addLatency(latency[observation.arm], Number(seconds.toPrecision(3)));
  }
  const kpis = policy.kpis.flatMap((kpi, place): [string, Record<Arm, Sums>][] => {
    if (kpi.kind === "p95-ratio" || kpi.kind === "traffic-split") return [];
    const pairs = comparedBy(kpi, place);
    const of = (arm: Arm) => sumsOf(valuesOf(kpi, arm, observations, pairs));
    return [[kpi.id, { baseline: of("baseline"), canary: of("canary") }]];
  });
  return { requests, latency, kpis: Object.fromEntries(kpis) };
}

function valuesOf(
  kpi: Kpi,
  arm: Arm,
  observations: readonly Observation[],
  pairs: readonly ArmPair[],
): (number | null)[] {
  if (kpi.kind === "bounded-mean" || kpi.kind === "paired-binary")
    return pairs.map((pair) => scoreOf(pair[arm], kpi.of));
  const own = observations.filter((each) => each.arm === arm);
  return own.map((each) => (kpi.kind === "breadth" ? each.breadth : singleValue(kpi, each)));
}

function sumsOf(values: readonly (number | null)[]): Sums {
  let [n, sum, squares] = [0, 0, 0];
  for (const value of values) {
    if (value === null) continue;
    n++;
    sum += value;
    squares += value * value;
  }
  return [n, sum, squares];
}

/** Several buckets as one. */
export function mergeFigures(all: readonly BucketFigures[]): BucketFigures {
  const latency = { baseline: newSketch(), canary: newSketch() };
  const requests = { baseline: 0, canary: 0 };
  const kpis: { [kpi: string]: Record<Arm, Sums> } = {};
  for (const figures of all) {
    for (const arm of ARMS) {
      requests[arm] += figures.requests[arm];
      addSketch(latency[arm], figures.latency[arm]);
    }
    for (const [id, sums] of Object.entries(figures.kpis)) {
      const known = kpis[id];
      kpis[id] =
        known === undefined
          ? { ...sums }
          : { baseline: plus(known.baseline, sums.baseline), canary: plus(known.canary, sums.canary) };
    }
  }
  return { requests, latency, kpis };
}

const plus = (a: Sums, b: Sums): Sums => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
