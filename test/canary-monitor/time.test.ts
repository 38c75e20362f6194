import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bucketEnd, bucketOf } from "#src/canary/clock";
import type { CanaryWatch } from "#src/canary/watch/state";
import { storeObservations } from "#src/observations/store-observations";
import { HOUR, iso, type Line, record, START } from "#test/canary/recording";
import { expected, MINUTE, type MonitorHouse, observed, openMonitorHouse } from "#test/canary-monitor/monitor-house";
import { ines } from "#test/release/world";

const DAY = 24 * HOUR;

let house: MonitorHouse;
beforeAll(async () => {
  house = await openMonitorHouse();
});
afterAll(() => house.stop());

const lasting = (durationHours: number): CanaryWatch["policy"] => ({ ...house.canary().policy, durationHours });
const timeOf = ({ at }: Line) => Date.parse(at);
const look = async (canary: CanaryWatch, now = START) => {
  const seen = await house.monitor.lookAt(canary, now);
  if (seen === null) throw new Error("nothing is seen");
  return seen;
};
const leak = (at: number, id: string): Line => ({
  at: iso(at),
  arm: "canary",
  trace_id: id,
  query_id: id,
  prefix_leakage: true,
});

describe("the canary's clock", () => {
  it("stops while an arm is silent for five hours, and nothing is healthy of which nothing came", async () => {
    const canary = house.canary();
    const lines = record({ hours: 8, perHour: 20 });
    await house.bring(
      canary,
      lines.filter(({ arm, at }) => arm === "canary" || Date.parse(at) >= START + 5 * HOUR),
    );
    const seen = await look(canary);
    expect(seen.report).toMatchObject({ hours: 3, verdict: "inconclusive" });
    expect(seen.over).toBe(false);
    const silent = house.canary();
    await house.bring(
      silent,
      lines.filter(({ arm }) => arm === "canary"),
    );
    const alone = await look(silent);
    expect(alone.report.hours).toBe(0);
    expect(alone.heard).toEqual({ baseline: null, canary: Math.max(...lines.map(timeOf)) });
    for (const id of ["f1", "precision", "oracle_prefilter", "reader_used_gold", "p95_latency", "snapshot_breadth"])
      expect(alone.report.kpis.find((each) => each.id === id)).toMatchObject({ standing: "unknown", n: 0 });
  });

  it("says nothing of a canary of which nobody was heard, and that it is over after seven days", async () => {
    const canary = house.canary();
    expect(await house.monitor.lookAt(canary, START + DAY)).toBeNull();
    expect(await house.monitor.sight(canary)).toBeNull();
    expect(await look(canary, START + 7 * DAY + HOUR)).toMatchObject({
      over: true,
      report: { verdict: "inconclusive" },
    });
  });

  it("is over seven days after the first bucket, by events or where none come by the clock on the wall", async () => {
    // An hour a day in which both are heard.
    const daily = (days: number) =>
      Array.from({ length: days }, (_, day) => record({ hours: 1, perHour: 4 }).map((line) => onDay(line, day))).flat();
    const ended = house.canary();
    await house.bring(ended, daily(9));
    const seen = await look(ended);
    expect(seen).toMatchObject({ over: true, report: { hours: 7, verdict: "inconclusive" } });
    expect(seen.finding.bucket).toBeLessThan(bucketOf(START + 7 * DAY));
    const quiet = house.canary();
    await house.bring(quiet, daily(2));
    expect((await look(quiet, START + 7 * DAY)).over).toBe(false);
    expect((await look(quiet, START + 7 * DAY + 2 * MINUTE)).over).toBe(true);
  });
});

const onDay = (line: Line, day: number): Line => ({
  ...line,
  at: iso(timeOf(line) + day * DAY),
  trace_id: `${line.trace_id}-${day}`,
  query_id: `${line.query_id}-${day}`,
});

describe("the end of the window", () => {
  it("closes nothing more once the hours are there, and after an extension goes on as if it had been longer from the start", async () => {
    const lines = record({ hours: 6, perHour: 20 });
    const short = house.canary({ policy: lasting(2) });
    await house.bring(short, lines);
    const first = await look(short);
    expect(first).toMatchObject({ over: true, finding: { bucket: bucketOf(START) + 7, hours: 2 } });
    expect(await look(short)).toEqual(first);
    expect(await house.state(short)).toEqual(
      expected([lines.filter((line) => timeOf(line) < START + 2 * HOUR + 5 * MINUTE)], short.policy),
    );
    // It comes behind the window, while people decide.
    const more = record({ hours: 7, perHour: 20 }).filter((line) => timeOf(line) >= START + 6 * HOUR);
    await house.bring(short, more);
    expect((await look(short)).finding.bucket).toBe(first.finding.bucket);
    const extended = { ...short, policy: lasting(4) };
    expect(await look(extended)).toMatchObject({ over: true, finding: { bucket: bucketOf(START) + 15, hours: 4 } });
    const longer = house.canary({ policy: lasting(4) });
    await house.bring(longer, lines);
    await look(longer);
    expect(await house.state(short)).toEqual(await house.state(longer));
  });

  it("waits for the whole last hour, of which the rest may be empty", async () => {
    const canary = house.canary({ policy: lasting(1) });
    const lines = record({ hours: 1, perHour: 20 }).filter((line) => timeOf(line) < START + 20 * MINUTE);
    await house.bring(canary, lines);
    expect(await look(canary)).toMatchObject({ over: false, finding: { hours: 1 } });
    await house.bring(canary, [leak(START + HOUR + MINUTE, "before")]);
    expect((await look(canary)).over).toBe(false);
    await house.bring(canary, [leak(START + HOUR + 2 * MINUTE, "after")]);
    const seen = await look(canary);
    expect(seen).toMatchObject({ over: true, report: { alarms: [] }, finding: { bucket: bucketOf(START) + 1 } });
  });
});

describe("who comes late", () => {
  const policy = () => lasting(3);

  it("is counted once and never bet; a leak that comes late is a breach at the next closing, and its question is named", async () => {
    const canary = house.canary({ policy: policy() });
    const lines = record({ hours: 3, perHour: 20 });
    const [before, after] = [
      lines.filter((line) => timeOf(line) < START + HOUR),
      lines.filter((line) => timeOf(line) >= START + HOUR),
    ];
    await house.bring(canary, before);
    await look(canary);
    const late = leak(START + 5 * MINUTE, "late-leak");
    await house.bring(canary, [late]);
    expect((await look(canary)).report.alarms).toEqual([]);
    await house.bring(canary, after);
    for (let again = 0; again < 3; again++) {
      const seen = await look(canary);
      expect(seen.report.alarms).toEqual([{ kpi: "prefix_leakage", at: bucketEnd(bucketOf(START) + 3) }]);
      expect(seen.worst).toEqual({ prefix_leakage: ["late-leak"] });
    }
    expect((await house.state(canary)).counts.canary.late).toBe(1);
    expect(await house.state(canary)).toEqual(expected([before, [late], after], canary.policy));
  });

  it("is known by the order of commits: a slow transaction from before the closing is late, whatever any clock says", async () => {
    const canary = house.canary({ policy: policy() });
    const lines = record({ hours: 2, perHour: 20 });
    const slow = await house.pool.connect();
    try {
      await slow.query("BEGIN");
      const { at, arm, traceId } = observed(leak(START + MINUTE, "slow"));
      const body = JSON.stringify(leak(START + MINUTE, "slow"));
      await storeObservations(slow, [{ service: canary.service, at, arm, traceId, body }]);
      await house.bring(canary, lines);
      await look(canary);
      await slow.query("COMMIT");
    } finally {
      slow.release();
    }
    await house.bring(canary, [leak(START + 3 * HOUR, "next")]);
    expect((await look(canary)).report.alarms).toEqual([{ kpi: "prefix_leakage", at: START + 2 * HOUR }]);
    await house.bring(canary, [leak(START + 4 * HOUR, "last")]);
    await look(canary);
    expect((await house.state(canary)).counts.canary.late).toBe(1);
  });

  it("with a leak is a breach also behind the end of the window, where nothing more is closed", async () => {
    const canary = house.canary({ policy: lasting(1) });
    await house.bring(canary, record({ hours: 2, perHour: 20 }));
    expect(await look(canary)).toMatchObject({ over: true, report: { alarms: [] } });
    await house.bring(canary, [leak(START + 30 * MINUTE, "late"), leak(START + 3 * HOUR, "behind the end")]);
    const seen = await look(canary);
    expect(seen.report.alarms).toEqual([{ kpi: "prefix_leakage", at: START + HOUR }]);
    expect(seen.report.verdict).toBe("rollback");
  });
});

describe("what is left out", () => {
  it("is what came before the start, in a pause, and since a pause that lasts; nobody in it is late", async () => {
    const lines = record({ hours: 5, perHour: 20 });
    const [from, pause, paused] = [
      START + 20 * MINUTE,
      { from: START + 65 * MINUTE, to: START + 110 * MINUTE },
      START + 200 * MINUTE,
    ];
    const canary = house.canary({
      from,
      pauses: [pause],
      paused: { by: ines, reason: "load test", at: paused },
    });
    await house.bring(canary, lines);
    await look(canary);
    await house.bring(canary, [leak(START + MINUTE, "early"), leak(START + 80 * MINUTE, "in the pause")]);
    await house.bring(canary, [leak(START + 6 * HOUR, "next")]);
    await look(canary);
    const counted = lines.filter((line) => {
      const at = timeOf(line);
      return at >= from && at < paused && (at < pause.from || at >= pause.to);
    });
    const state = await house.state(canary);
    expect(state).toEqual(expected([counted], canary.policy, true));
    expect(state.counts.canary.late).toBe(0);
  });
});
