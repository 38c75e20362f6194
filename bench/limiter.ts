import { setTimeout as sleep } from "node:timers/promises";
import { type Caller, type LimiterHouse, openLimiterHouse, type Seen } from "./limiter/house.ts";
import { percentile } from "./statistics.ts";

/** One setting, as the local Bedrock's own log shows it. */
export type LimiterBench = {
  readonly maxInFlight: number;
  readonly notified: boolean;
  readonly callMs: number;
  readonly seconds: number;
  /** Starts that the rate allows in that time, and those that arrived. */
  readonly slots: number;
  readonly used: number;
  /** The most requests that were under way at the server, at any time, the kill included. */
  readonly mostInFlight: number;
  /** Between two arrivals: the interval of the rate, and the shortest and p1 that were seen. */
  readonly intervalMs: number;
  readonly shortestMs: number;
  readonly p1Ms: number;
  /** From `kill -9` of a process in the middle of its call until starts came at the full rate again. Null: nobody was killed. */
  readonly backMs: number | null;
  readonly leaseMs: number;
  /** What the callers met with: none is expected. */
  readonly troubles: number;
};

export type LimiterBenchOptions = {
  readonly seconds?: number;
  readonly say?: (line: string) => void;
};

/** The product's 0.12 a second, a hundred times as fast. */
const PER_SECOND = 12;
const PROCESSES = 3;
/** The product's own. */
const LEASE_MS = 15_000;
const WARM_MS = 3_000;
const AFTER_LEASE_MS = 4_000;
/** Long enough to be killed in on a busy machine. */
const KILL_CALL_MS = 500;

type Setting = Pick<LimiterBench, "maxInFlight" | "notified" | "callMs"> & { readonly kill: boolean };

/** With three in flight a call takes longer than an interval, so that places are used at the same time. */
const SETTINGS: readonly Setting[] = [
  { maxInFlight: 1, notified: true, callMs: 25, kill: true },
  { maxInFlight: 3, notified: true, callMs: 150, kill: true },
  { maxInFlight: 3, notified: false, callMs: 150, kill: false },
];

/** Three processes with more to ask than they may share one limit; then one of them is killed in the middle of a call. */
export async function benchLimiter(options: LimiterBenchOptions = {}): Promise<readonly LimiterBench[]> {
  const { seconds = 60, say = () => undefined } = options;
  const house = await openLimiterHouse();
  try {
    const results: LimiterBench[] = [];
    for (const setting of SETTINGS) {
      const words = setting.notified ? "" : ", without notifications";
      say(`limiter, ${setting.maxInFlight} in flight${words}, ${seconds} s${setting.kill ? ", then kill -9" : ""}`);
      results.push(await measure(house, setting, seconds));
    }
    return results;
  } finally {
    await house.close();
  }
}

async function measure(house: LimiterHouse, setting: Setting, seconds: number): Promise<LimiterBench> {
  const { maxInFlight, notified, callMs, kill } = setting;
  await house.setLatency(callMs);
  const callers: Caller[] = [];
  for (let n = 0; n < PROCESSES; n++) {
    const limits = { maxInFlight, perSecond: PER_SECOND, workers: 2 };
    callers.push(await house.startCaller({ listen: notified, limits, leaseMs: LEASE_MS, askers: 3 }));
  }
  await sleep(WARM_MS);
  await house.clearLog();
  await sleep(seconds * 1000 + 500);
  const steady = await house.log();

  let backMs: number | null = null;
  if (kill) {
    await house.setLatency(KILL_CALL_MS);
    await callers.shift()?.dieInCall(KILL_CALL_MS / 2);
    await house.setLatency(callMs);
    await sleep(LEASE_MS + AFTER_LEASE_MS);
    backMs = backAfter(await house.log());
  }
  let troubles = 0;
  for (const caller of callers) troubles += await caller.stop();
  const all = await house.log();

  const from = steady[0]?.arrivedAt ?? Number.NaN;
  const used = steady.filter(({ arrivedAt }) => arrivedAt < from + seconds * 1000);
  const gaps = used.slice(1).map(({ arrivedAt }, n) => arrivedAt - (used[n]?.arrivedAt ?? Number.NaN));
  return {
    maxInFlight,
    notified,
    callMs,
    seconds,
    slots: seconds * PER_SECOND,
    used: used.length,
    mostInFlight: Math.max(...all.map(({ inFlight }) => inFlight)),
    intervalMs: 1000 / PER_SECOND,
    shortestMs: Math.min(...gaps),
    p1Ms: percentile(gaps, 0.01),
    backMs,
    leaseMs: LEASE_MS,
    troubles,
  };
}

/** From when the server saw the killed process's call break off until the last pause of more than two intervals was over. */
function backAfter(log: readonly Seen[]): number {
  const killedAt = log.find(({ aborted }) => aborted)?.endedAt ?? null;
  if (killedAt === null) throw new Error("nobody was killed in the middle of a call");
  const times = log.map(({ arrivedAt }) => arrivedAt);
  const late = times.filter((at, n) => at > killedAt && at - (times[n - 1] ?? at) > 2_000 / PER_SECOND);
  const last = times.at(-1);
  if (last === undefined || last < killedAt + LEASE_MS + AFTER_LEASE_MS / 2) return Number.POSITIVE_INFINITY;
  return Math.max(0, (late.at(-1) ?? killedAt) - killedAt);
}
