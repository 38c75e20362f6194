import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HOUR, iso, type Line, record, START, spread, worse } from "#test/canary/recording";
import { expected, MINUTE, type MonitorHouse, openMonitorHouse } from "#test/canary-monitor/monitor-house";

let house: MonitorHouse;
beforeAll(async () => {
  house = await openMonitorHouse();
});
afterAll(() => house.stop());

/** Lines in the order and in the batches in which they came: some late by minutes, some by hours, some twice. */
function arrivals(lines: readonly Line[], everyMinutes: number): Line[][] {
  const came = lines.flatMap((line, index) => {
    const at = Date.parse(line.at);
    const delay = index % 97 === 5 ? 3 * HOUR : index % 13 === 1 ? 20 * MINUTE * spread(index) : 30_000 * spread(index);
    return index % 11 === 3
      ? [
          { line, at: at + delay },
          { line, at: at + delay + 40 * MINUTE },
        ]
      : [{ line, at: at + delay }];
  });
  const batches = Map.groupBy(came, ({ at }) => Math.floor(at / (everyMinutes * MINUTE)));
  return [...batches].sort(([a], [b]) => a - b).map(([, members]) => members.map(({ line }) => line));
}

describe("a canary of 60 hours that is looked at as its observations come in", () => {
  it("has the states of the pure canary, over a restart at every look and over summer time", async () => {
    // The candidate gets worse at hour 30, some fail, nobody asks for seven hours, and questions come again.
    const lines = record({
      hours: 60,
      perHour: 8,
      change: (line, index) => ({
        query_id: index % 9 === 4 ? undefined : `q-${index % 300}`,
        ...(line.arm === "canary" && index > 240 ? worse(line, 0.3) : {}),
        ...(index % 23 === 3 ? { error: "timeout", scores: undefined } : {}),
        ...(index % 17 === 3 && line.arm === "canary" ? { at: iso(Date.parse(line.at) + 14 * MINUTE) } : {}),
      }),
    }).filter(({ at }) => Date.parse(at) < START + 12 * HOUR || Date.parse(at) > START + 19 * HOUR);
    const canary = house.canary({ policy: { ...house.canary().policy, durationHours: 50 } });
    const batches = arrivals(lines, 11);
    const sofar: Line[][] = [];
    // Sessions in a zone whose clocks go forward on the second night.
    const pool = new Pool({ connectionString: house.database.appUrl, options: "-c timezone=Europe/Berlin" });
    let closed: number | null = null;
    let compared = 0;
    for (const batch of batches) {
      await house.bring(canary, batch);
      sofar.push(batch);
      const look = await house.monitorOver(pool).lookAt(canary, START);
      // Late ones are counted when the next bucket is closed.
      if (look?.finding.bucket === closed) continue;
      closed = look?.finding.bucket ?? null;
      if (++compared % 10 === 0) expect(await house.state(canary)).toEqual(expected(sofar, canary.policy));
    }
    await pool.end();
    const state = await house.state(canary);
    expect(state.closed).toBe(closed);
    expect(state.counts.canary.late).toBeGreaterThan(5);
    expect(state.counts.baseline.failed).toBeGreaterThan(5);
    const buckets = await house.buckets(canary);
    expect(buckets.length).toBeGreaterThan(180);
    expect(new Set(buckets).size).toBe(buckets.length);
    const look = await house.monitor.lookAt(canary, START);
    expect(look?.report.verdict).toBe("rollback");
  });
});
