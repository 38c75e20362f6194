import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { record, START } from "#test/canary/recording";
import { type MonitorHouse, openMonitorHouse } from "#test/canary-monitor/monitor-house";

let house: MonitorHouse;
beforeAll(async () => {
  house = await openMonitorHouse();
});
afterAll(() => house.stop());

describe("what 48 hours come to", () => {
  it("is a pass for a healthy candidate, and never one where the judge failed for 30 %", async () => {
    const healthy = house.canary();
    await house.bring(healthy, record({ hours: 49 }));
    expect(await house.monitor.lookAt(healthy, START)).toMatchObject({
      over: true,
      report: { verdict: "pass", reasons: [], hours: 48 },
      worst: {},
    });
    const ungraded = house.canary();
    const failing = record({ hours: 49, change: (_, index) => (index % 10 < 3 ? { scores: null } : {}) });
    await house.bring(ungraded, failing);
    const seen = await house.monitor.lookAt(ungraded, START);
    expect(seen).toMatchObject({ over: true, report: { verdict: "inconclusive", hours: 48 } });
    expect(seen?.report.reasons.join()).toMatch(/30 % of the baseline's answers have no f1/);
  });

  it("counts a question once that is asked 20 times, in one bucket and over hours", async () => {
    const canary = house.canary();
    await house.bring(
      canary,
      record({
        hours: 4,
        perHour: 20,
        change: (_, index) => ({ query_id: index % 20 === 0 ? "often" : `q-${index % 3}` }),
      }),
    );
    const seen = await house.monitor.lookAt(canary, START);
    expect(seen?.report.kpis.find(({ id }) => id === "f1")?.n).toBe(4);
    expect(seen?.report.kpis.find(({ id }) => id === "p95_latency")?.n).toBeGreaterThan(60);
    expect((await house.monitor.sight(canary))?.asked).toBe(4);
  });
});
