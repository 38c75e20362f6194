import { DEFAULT_POLICY } from "#src/canary/default-policy";
import type { CanaryPolicy } from "#src/canary/kpi";
import { reportKpis } from "#src/canary/kpi-report";
import { type Judged, judgeByRivals } from "./canary/rivals.ts";
import { anyBreach, type Delay, type Look, simulate, withoutRestarts } from "./canary/simulate.ts";
import { SAME, type World } from "./canary/worlds.ts";
import type { Line } from "./line.ts";
import { median, percentile } from "./statistics.ts";

/** Requests an hour on each arm, and how many canaries are simulated for false alarms and for a delay. */
const RATES = [
  { perHour: 50, same: 200, worse: 101 },
  { perHour: 200, same: 80, worse: 101 },
  { perHour: 500, same: 40, worse: 101 },
] as const;
/** So many times as many with GOLIVE_BENCH_THOROUGH set: about half an hour. */
const THOROUGH = 10;
const ALPHA = 0.05;
const NEVER = 48;
/** Alarms come when a bucket is closed. */
const BUCKET_HOURS = 0.25;
const WITHIN = 1.15;

type Say = (line: string) => void;

/** Canaries simulated through the product's own closing of buckets, seeded: how often it alarms for nothing, and how late for something. */
export function benchCanary(say: Say, { thorough = false } = {}): Line[] {
  const times = thorough ? THOROUGH : 1;
  return [...falseAlarms(say, times), ...detection(say, times), ...rivals(say, times)];
}

function falseAlarms(say: Say, times: number): Line[] {
  return [0, 0.05].flatMap((swing) =>
    RATES.map(({ perHour, same }) => {
      const runs = same * times;
      say(`canary, ${runs} without a change at ${perHour} an hour${swing === 0 ? "" : ", day and night"}`);
      let [ours, naive] = [0, 0];
      for (let seed = 1; seed <= runs; seed++) {
        let crossed = false;
        const look: Look = (state, bucket) => {
          // Naive: running means against the same thresholds, from the first hour on.
          if (!crossed && bucket >= 3)
            crossed = reportKpis(DEFAULT_POLICY, state).some(({ standing }) => standing === "watching");
          return false;
        };
        const breached: Look = (state, bucket) => {
          look(state, bucket);
          return anyBreach(state, bucket);
        };
        if (simulate(DEFAULT_POLICY, { ...SAME, perHour, swing }, seed, breached) !== null) ours++;
        if (crossed) naive++;
      }
      return {
        name: `canary: false alarms at ${perHour}/h${swing === 0 ? "" : ", common swing of ±5 points"} (%)`,
        ours: (100 * ours) / runs,
        peer: (100 * naive) / runs,
        ratio: null,
        limit: { of: "ours", most: 100 * ALPHA },
        note: `${runs} canaries of 48 h, 192 looks, all default KPIs; peer: running means against the thresholds`,
      };
    }),
  );
}

type Change = {
  readonly name: string;
  readonly kpi: string;
  readonly world: Partial<World>;
  /** Hours that docs/benchmarks.md promises, at 50, 200 and 500 an hour. */
  readonly alone: readonly number[];
  readonly suite?: readonly number[];
};

const CHANGES: readonly Change[] = [
  { name: "F1 −5 points", kpi: "f1", world: { f1Drop: 0.05 }, alone: [7.5, 2.3, 1], suite: [15.8, 4, 1.8] },
  { name: "F1 −10 points", kpi: "f1", world: { f1Drop: 0.1 }, alone: [2.3, 0.75, 0.25] },
  {
    name: "F1 −2 points, paired",
    kpi: "f1",
    world: { f1Drop: 0.02, correlation: 0.72 },
    alone: [14, 4, 1.8],
    suite: [30, 8.3, 3.3],
  },
  {
    name: "hit rate −5 points",
    kpi: "oracle_prefilter",
    world: { hitDrop: 0.05 },
    alone: [16, 4.8, 2],
    suite: [34.5, 9.5, 4],
  },
  { name: "p95 ×1.3", kpi: "p95_latency", world: { latencyFactor: 1.3 }, alone: [22, 5.8, 2.6] },
  { name: "p95 ×1.5", kpi: "p95_latency", world: { latencyFactor: 1.5 }, alone: [6.3, 1.8, 0.75] },
];

function detection(say: Say, times: number): Line[] {
  return CHANGES.flatMap(({ name, kpi, world, alone, suite }) => {
    const policy: CanaryPolicy = { ...DEFAULT_POLICY, kpis: DEFAULT_POLICY.kpis.filter(({ id }) => id === kpi) };
    const line = (kind: string, looked: Look, promised: readonly number[]) =>
      RATES.map(({ perHour, worse }, index): Line => {
        const runs = worse * times;
        say(`canary, ${name}, ${kind}, ${perHour} an hour`);
        const ours = middle(runs, (seed) => simulate(policy, { ...SAME, ...world, perHour }, seed, looked));
        const peer = promised[index] ?? Number.NaN;
        return {
          name: `canary: ${name} at ${perHour}/h, ${kind} (hours)`,
          ours,
          peer,
          ratio: ours / peer,
          limit: { of: "ours", most: Number(Math.max(WITHIN * peer, peer + BUCKET_HOURS).toFixed(2)) },
          note: `median of ${runs}; peer: the promise`,
        };
      });
    return [
      ...line("one KPI at α", withoutRestarts(kpi, ALPHA), alone),
      ...(suite === undefined ? [] : line("as configured", anyBreach, suite)),
    ];
  });
}

const middle = (runs: number, run: (seed: number) => Delay): number =>
  median(Array.from({ length: runs }, (_, index) => run(10_000 + index) ?? NEVER));

/** Kayenta's rule and fixed thresholds on F1, each with the bar at which it alarms in 5 % of the canaries without a change. */
function rivals(say: Say, times: number): Line[] {
  return RATES.flatMap(({ perHour, worse }) => {
    const runs = worse * times;
    say(`canary, other judges at ${perHour} an hour`);
    const judge = (world: Partial<World>, from: number) =>
      Array.from({ length: runs }, (_, index) => judgeByRivals({ ...SAME, ...world, perHour }, from + index));
    const [same, worseOnes] = [judge({}, 1), judge({ f1Drop: 0.05 }, 10_000)];
    const policy: CanaryPolicy = { ...DEFAULT_POLICY, kpis: DEFAULT_POLICY.kpis.filter(({ id }) => id === "f1") };
    const ours = middle(runs, (seed) =>
      simulate(policy, { ...SAME, f1Drop: 0.05, perHour }, seed, withoutRestarts("f1", ALPHA)),
    );
    return (["mannWhitney", "fixed"] as const).map((rule): Line => {
      const bar = percentile(
        same.map((judged) => judged[rule].at(-1) ?? 0),
        1 - ALPHA,
      );
      const peer = median(worseOnes.map((judged) => firstAbove(judged, rule, bar)));
      return {
        name: `canary: F1 −5 points at ${perHour}/h beside ${rule === "fixed" ? "a fixed threshold" : "Mann–Whitney each hour"} (hours)`,
        ours,
        peer,
        ratio: ours / peer,
        limit: null,
        note: `peer: with a bar of ${bar.toFixed(3)}, at which it too alarms in 5 % of the canaries without a change`,
      };
    });
  });
}

function firstAbove(judged: Judged, rule: keyof Judged, bar: number): number {
  const found = judged[rule].findIndex((value) => value > bar);
  return found < 0 ? NEVER : (found + 1) * BUCKET_HOURS;
}
