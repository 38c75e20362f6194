import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { MonitorPool } from "#src/canary/monitor/create-monitor";
import type { Queryable } from "#src/manifest/manifest-records";
import { HOUR, record, START } from "#test/canary/recording";
import { MINUTE, type MonitorHouse, openMonitorHouse } from "#test/canary-monitor/monitor-house";

let house: MonitorHouse;
/** What is asked is whether an index leads to the rows; of a day with so few of them Postgres may prefer to read all. */
let byIndex: Pool;
beforeAll(async () => {
  house = await openMonitorHouse();
  byIndex = new Pool({ connectionString: house.database.appUrl, options: "-c enable_seqscan=off" });
});
afterAll(async () => {
  await byIndex.end();
  await house.stop();
});

type Plan = { readonly [key: string]: unknown; readonly Plans?: readonly Plan[] };

/** Rows that a plan touched: of every node the ones that it gave on and the ones that it threw away. */
function rowsOf(plan: Plan): number {
  const count = (key: string) => Number(plan[key] ?? 0);
  const own = count("Actual Rows") + count("Rows Removed by Filter") + count("Rows Removed by Index Recheck");
  return (plan.Plans ?? []).reduce((sum, each) => sum + rowsOf(each), own * count("Actual Loops"));
}

/** A pool that has every reading statement explained, where it runs, before it runs. */
function counting(): { readonly pool: MonitorPool; rows(): number } {
  let rows = 0;
  const over = (database: Queryable): Queryable["query"] => {
    return async (text, values) => {
      if (text.trimStart().startsWith("SELECT")) {
        const explained = await database.query<{ "QUERY PLAN": [{ Plan: Plan }] }>(
          `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`,
          values,
        );
        rows += rowsOf(explained.rows[0]?.["QUERY PLAN"][0].Plan ?? {});
      }
      return database.query(text, values);
    };
  };
  const connect = async () => {
    const client = await byIndex.connect();
    return { query: over(client), release: (destroy?: boolean) => client.release(destroy) };
  };
  return { pool: { query: over(byIndex), connect }, rows: () => rows };
}

describe("what a look reads", () => {
  it("is the same at hour 47 as at hour 2: of a close its bucket, of a look at nothing new what came since", async () => {
    const canary = house.canary();
    const lines = record({ hours: 47, perHour: 60 });
    const measured: { close: number; idle: number }[] = [];
    let brought = 0;
    for (const hour of [2, 24, 46]) {
      const at = START + hour * HOUR;
      const until = (minutes: number) => lines.findIndex((line) => Date.parse(line.at) >= at + minutes * MINUTE);
      await house.bring(canary, lines.slice(brought, until(3)));
      await house.monitor.lookAt(canary, START);
      await house.eyes.query("ANALYZE golive.observation");
      await house.bring(canary, lines.slice(until(3), until(18)));
      brought = until(18);
      const close = counting();
      await house.monitorOver(close.pool).lookAt(canary, START);
      const idle = counting();
      await house.monitorOver(idle.pool).lookAt(canary, START);
      measured.push({ close: close.rows(), idle: idle.rows() });
    }
    const [first, , last] = measured;
    expect(await house.buckets(canary)).toHaveLength(46 * 4 + 1);
    // 30 observations in the bucket and as many that arrived, some nodes over each; not the 5,000 from before.
    expect(first?.close).toBeLessThan(600);
    expect(last?.close).toBeLessThanOrEqual(1.2 * (first?.close ?? 0));
    expect(last?.idle).toBeLessThanOrEqual(30);
  });

  it("doesn't grow while an arm is silent", async () => {
    const canary = house.canary();
    const alone = record({ hours: 20, perHour: 60 }).filter(({ arm }) => arm === "canary");
    await house.bring(canary, alone);
    await house.monitor.lookAt(canary, START);
    await house.eyes.query("ANALYZE golive.observation");
    const idle = counting();
    await house.monitorOver(idle.pool).lookAt(canary, START);
    // At most a bucket and the two minutes that it stays open are searched for the other arm.
    expect(idle.rows()).toBeLessThanOrEqual(30);
  });
});
