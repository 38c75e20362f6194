import { expect, it } from "vitest";
import type { SloReport } from "#src/operations/slo/slo";
import { createRecentReports } from "#src/operations/slo/work/recent-reports";

it("adds a service's months up once a minute, however often somebody asks, and at once when there is a new fact", async () => {
  let [reads, now, version] = [0, 0, 1];
  const recent = createRecentReports({
    read: async (service): Promise<SloReport> => {
      const at = ++reads;
      return { service, at, windowDays: 28, slos: [], burning: [], spent: [], rolledUpAt: null };
    },
    state: async () => ({ version }),
    forMs: 60_000,
    now: () => now,
  });
  const at = async () => (await recent("docs")).at;
  expect([await at(), await at(), ...(await Promise.all([at(), at()]))]).toEqual([1, 1, 1, 1]);
  now = 59_999;
  expect(await at()).toBe(1);
  version = 2;
  expect([await at(), await at()]).toEqual([2, 2]);
  now = 120_000;
  expect(await at()).toBe(3);
  expect((await recent("other")).at).toBe(4);
});
