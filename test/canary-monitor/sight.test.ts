import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newCanary } from "#src/canary/canary-state";
import { bucketOf } from "#src/canary/clock";
import { DEFAULT_POLICY } from "#src/canary/default-policy";
import { pack, stateDigest, unpack } from "#src/canary/monitor/pack-state";
import { storeObservations } from "#src/observations/store-observations";
import { HOUR, iso, type Line, record, START, worse } from "#test/canary/recording";
import { expected, MINUTE, type MonitorHouse, openMonitorHouse } from "#test/canary-monitor/monitor-house";

let house: MonitorHouse;
beforeAll(async () => {
  house = await openMonitorHouse();
});
afterAll(() => house.stop());

/** One question, both arms, at a minute of the canary. */
function asked(minute: number, question: string, canary: object, baseline: object = {}): Line[] {
  const line = (arm: "baseline" | "canary", more: object): Line => ({
    at: iso(START + minute * MINUTE),
    arm,
    trace_id: `${arm}-${question}-${minute}`,
    query_id: question,
    latency_s: 1,
    scores: { f1: 0.8 },
    prefix_leakage: false,
    ...more,
  });
  return [line("baseline", baseline), line("canary", canary)];
}
const tick = (minute: number): Line[] => asked(minute, `tick-${minute}`, {});

describe("what doesn't count", () => {
  it("what came late is counted and shown, and is nothing that was heard", async () => {
    const canary = house.canary();
    const canaryOnly = (minute: number) => tick(minute).filter(({ arm }) => arm === "canary");
    await house.bring(canary, [...tick(1), ...canaryOnly(40)]);
    await house.monitor.lookAt(canary, START);
    await house.bring(canary, [...tick(16).filter(({ arm }) => arm === "baseline"), ...canaryOnly(80)]);
    expect(await house.monitor.lookAt(canary, START)).toMatchObject({
      heard: { baseline: START + MINUTE, canary: START + 80 * MINUTE },
    });
    expect(await house.monitor.sight(canary)).toMatchObject({
      counts: { baseline: { counted: 1, late: 1 } },
      doubts: ["50 % of the baseline's requests came after their bucket was closed and count for nothing"],
    });
  });

  it("a stored row that can't be read hides no other, in its bucket or late, and is a reason against a pass", async () => {
    const canary = house.canary();
    const unreadable = (minute: number, body: string) =>
      storeObservations(house.pool, [
        { service: canary.service, at: START + minute * MINUTE, arm: "canary", traceId: `bad-${minute}`, body },
      ]);
    await unreadable(2, '{"at": "once was fine"}');
    await house.bring(canary, [...tick(1), ...tick(40)]);
    await house.monitor.lookAt(canary, START);
    expect(await house.state(canary)).toMatchObject({ unreadable: 1, counts: { canary: { counted: 1 } } });
    await unreadable(3, "no JSON");
    await house.bring(canary, tick(80));
    const seen = await house.monitor.lookAt(canary, START);
    expect(seen?.report.reasons).toContain("2 of the stored requests could not be read and count for nothing");
    expect(await house.state(canary)).toMatchObject({ unreadable: 2, counts: { canary: { counted: 2 } } });
  });
});

describe("what people see", () => {
  it("is null before the first bucket, though somebody was heard", async () => {
    const canary = house.canary();
    await house.bring(canary, tick(1));
    expect(await house.monitor.lookAt(canary, START)).toMatchObject({
      over: false,
      heard: { baseline: START + MINUTE, canary: START + MINUTE },
      finding: { bucket: null, hours: 0 },
    });
    expect(await house.monitor.sight(canary)).toBeNull();
  });

  it("are hours as points, with a band where there is enough for one, the traffic, and the questions asked", async () => {
    const canary = house.canary();
    await house.bring(canary, [
      ...asked(1, "q-1", { scores: { f1: 0.2 }, latency_s: 2 }),
      ...asked(20, "q-2", { scores: { f1: 0.6 } }, { scores: { f1: 0.6 }, latency_s: 3 }),
      // Again: it doesn't count, and is a request.
      ...asked(40, "q-2", { scores: { f1: 0 }, latency_s: 4 }),
      // An hour without anybody, then one with a single question.
      ...asked(125, "q-3", { error: "timeout", scores: undefined }),
      ...tick(170),
    ]);
    await house.monitor.lookAt(canary, START);
    const sight = await house.monitor.sight(canary);
    expect(sight).toMatchObject({
      hours: 2,
      asked: 3,
      perHour: { baseline: 1, canary: 1 },
      closedUntil: START + 135 * MINUTE,
      heard: { canary: START + 170 * MINUTE },
      counts: { canary: { counted: 4, failed: 1, late: 0, unpaired: 0 } },
    });
    const [first, second, ...more] = sight?.series.f1 ?? [];
    expect(more).toEqual([]);
    expect(first).toMatchObject({ at: START });
    expect(first?.value).toBeCloseTo(0.4);
    expect(first?.baseline).toBeCloseTo(0.7);
    // .8 and .6: a standard deviation of .1414, over √2.
    expect(first?.band).toBeCloseTo(1.96 * 0.1);
    expect(second).toEqual({ at: START + 2 * HOUR, value: 0, baseline: 0.8, band: null });
    expect(sight?.series.p95_latency?.map(({ value, baseline }) => [value, baseline])).toEqual([
      [4, 3],
      [Number.POSITIVE_INFINITY, 1],
    ]);
    expect(sight?.series.prefix_leakage?.map(({ value, band }) => [value, band])).toEqual([
      [0, null],
      [0, null],
    ]);
    expect(sight?.series.tool_schema?.[0]).toMatchObject({ value: null, baseline: null, band: null });
  });

  it("are the three worst questions of each KPI, with texts where they are known", async () => {
    const canary = house.canary();
    const lost = (f1: number) => ({ scores: { f1 } });
    await house.bring(canary, [
      ...asked(1, "q-1", lost(0.5)),
      ...asked(2, "q-2", lost(0.1)),
      ...asked(20, "q-3", lost(0.4)),
      ...asked(21, "q-4", lost(0.3)),
      ...asked(22, "better", lost(1)),
      // It has counted already.
      ...asked(23, "q-1", lost(0)),
      ...asked(24, "slow", { latency_s: 9 }),
      ...asked(25, "broken", { error: "timeout", scores: undefined }, { latency_s: 2 }),
      ...tick(60),
    ]);
    await house.monitor.lookAt(canary, START);
    const sight = await house.monitor.sight(canary);
    expect(sight?.worst.f1).toEqual([
      { question: "broken", text: null, value: 0, baseline: 0.8 },
      { question: "q-2", text: null, value: 0.1, baseline: 0.8 },
      { question: "q-4", text: null, value: 0.3, baseline: 0.8 },
    ]);
    expect(sight?.worst.p95_latency).toEqual([
      { question: "broken", text: null, value: Number.POSITIVE_INFINITY, baseline: 2 },
      { question: "slow", text: null, value: 9, baseline: 1 },
    ]);
    expect(sight?.worst.prefix_leakage).toEqual([]);
  });

  it("names in a look the questions of breaches only, and a digest that the bucket was closed with", async () => {
    const canary = house.canary();
    const lines = record({
      hours: 5,
      change: (line, index) => (line.arm === "canary" ? worse(line, index === 1 ? 0.5 : 0.2) : {}),
    });
    await house.bring(canary, lines);
    const look = await house.monitor.lookAt(canary, START);
    expect(Object.keys(look?.worst ?? {}).sort()).toEqual(["f1", "precision"]);
    expect(look?.worst.f1?.[0]).toBe("q-1");
    expect((await house.monitor.sight(canary))?.worst.f1?.[0]?.text).toBe("What is one?");
    const state = expected([lines]);
    expect(look?.finding).toEqual({ bucket: bucketOf(START) + 18, digest: stateDigest(state), hours: 5 });
    const { rows } = await house.eyes.query(
      "SELECT digest FROM golive.canary_bucket WHERE canary = $1 AND bucket = $2",
      [canary.id, look?.finding.bucket],
    );
    expect(rows).toEqual([{ digest: look?.finding.digest }]);
  });
});

describe("a stored state", () => {
  it("comes back as it was, with numbers that JSON can't say", () => {
    const state = newCanary(DEFAULT_POLICY);
    const evidence = state.evidence.f1;
    if (evidence === undefined) throw new Error("no f1");
    evidence.breach = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 0.1 + 0.2, 5e-324];
    expect(unpack(pack(state))).toEqual(state);
    const digest = stateDigest(state);
    evidence.breach[0] = Number.NEGATIVE_INFINITY;
    expect(stateDigest(state)).not.toBe(digest);
  });

  it("holds an arm all of whose requests failed", async () => {
    const canary = house.canary();
    const lines = record({ hours: 1, perHour: 20, change: () => ({ error: "down", latency_s: 0, scores: undefined }) });
    await house.bring(canary, [...lines, ...tick(80)]);
    const look = await house.monitor.lookAt(canary, START);
    expect(await house.state(canary)).toEqual(expected([[...lines, ...tick(80)]]));
    expect(look?.report.kpis.find(({ id }) => id === "p95_latency")?.value).toBe(Number.POSITIVE_INFINITY);
  });
});
