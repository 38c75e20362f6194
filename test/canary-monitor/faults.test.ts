import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { MonitorPool } from "#src/canary/monitor/create-monitor";
import type { CanaryWatch } from "#src/canary/watch/state";
import { createPool } from "#src/journal/pool";
import type { Queryable } from "#src/manifest/manifest-records";
import { record, START } from "#test/canary/recording";
import { expected, MINUTE, type MonitorHouse, openMonitorHouse } from "#test/canary-monitor/monitor-house";
import { layLine } from "#test/support/line";

let house: MonitorHouse;
beforeAll(async () => {
  house = await openMonitorHouse();
});
afterAll(() => house.stop());

const lines = record({ hours: 2, perHour: 60 });
const until = (minutes: number) => lines.filter(({ at }) => Date.parse(at) < START + minutes * MINUTE);
/** Four buckets; and a fifth that is due. */
const before = until(63);
const after = until(80).slice(before.length);
/** Who comes late for the first hour. */
const late = before.slice(0, 2).map((line) => ({ ...line, trace_id: `${line.trace_id}-late` }));

/** A canary of which an hour was looked at, while another bucket and two late ones wait. */
async function halfWay(): Promise<CanaryWatch> {
  const canary = house.canary();
  await house.bring(canary, before);
  await house.monitor.lookAt(canary, START);
  await house.bring(canary, [...late, ...after]);
  return canary;
}
/** Of the transaction that closes a bucket, from BEGIN to COMMIT. */
const STATEMENTS = 11;
const whole = expected([before, [...late, ...after]]);

/** A pool in whose transactions the server ends the connection before statement `fatal` (from 0), once. */
function deadly(fatal: number): { readonly pool: MonitorPool; reached(): boolean } {
  let count = 0;
  const connect = async () => {
    const client = await house.pool.connect();
    client.on("error", () => undefined);
    const query: Queryable["query"] = async (text, values) => {
      if (count++ === fatal) {
        const { rows } = await client.query("SELECT pg_backend_pid() AS pid");
        await house.eyes.query("SELECT pg_terminate_backend($1, 5000)", [rows[0].pid]);
      }
      return client.query(text, values);
    };
    return { query, release: (destroy?: boolean) => client.release(destroy) };
  };
  return { pool: { query: (text, values) => house.pool.query(text, values), connect }, reached: () => count > fatal };
}

describe("closing buckets", () => {
  it("by four replicas at once, over and over, closes each once and comes to the same", async () => {
    const canary = await halfWay();
    const pools = [1, 2, 3, 4].map((each) => createPool({ url: house.database.appUrl, name: `replica-${each}` }));
    const monitors = pools.map((pool) => house.monitorOver(pool));
    await Promise.all(monitors.flatMap((monitor) => [monitor.lookAt(canary, START), monitor.lookAt(canary, START)]));
    const looks = await Promise.all(monitors.map((monitor) => monitor.lookAt(canary, START)));
    expect(await house.state(canary)).toEqual(whole);
    expect(new Set(looks.map((look) => look?.finding.digest)).size).toBe(1);
    expect(await house.buckets(canary)).toHaveLength(5);
    await Promise.all(pools.map((pool) => pool.end()));
  });

  it("leaves nothing half done wherever the connection is ended, and the next look goes on from there", async () => {
    for (let fatal = 0; fatal <= STATEMENTS; fatal++) {
      const canary = await halfWay();
      const untouched = await house.state(canary);
      const { pool, reached } = deadly(fatal);
      const look = house.monitorOver(pool).lookAt(canary, START);
      if (fatal === STATEMENTS) {
        await look;
        expect(reached()).toBe(false);
        return;
      }
      await expect(look, `statement ${fatal}`).rejects.toMatchObject({ retryable: true });
      expect(await house.state(canary), `statement ${fatal}`).toEqual(untouched);
      expect(await house.buckets(canary)).toHaveLength(4);
      await house.monitor.lookAt(canary, START);
      expect(await house.state(canary), `statement ${fatal}`).toEqual(whole);
    }
  });

  it("throws what passes by itself while the database is gone, and is right as soon as it is back", async () => {
    const canary = await halfWay();
    const line = await layLine(house.database.appUrl);
    const pool = createPool({ url: line.url, name: "cut off" });
    const monitor = house.monitorOver(pool);
    await line.cut();
    await expect(monitor.lookAt(canary, START)).rejects.toMatchObject({ code: "unreachable", retryable: true });
    await expect(monitor.sight(canary)).rejects.toMatchObject({ code: "unreachable", retryable: true });
    await line.mend();
    await monitor.lookAt(canary, START);
    expect(await house.state(canary)).toEqual(whole);
    await pool.end();
    await line.close();
  });

  it("gives up where somebody wrote a bucket past the lock, and leaves no trace", async () => {
    const canary = await halfWay();
    const untouched = await house.state(canary);
    const taken = (untouched.closed ?? 0) + 1;
    await house.eyes.query(
      `INSERT INTO golive.canary_bucket (canary, bucket, observations, digest, figures, seen)
       SELECT canary, $2, 1, digest, '{}', seen FROM golive.canary_state WHERE canary = $1`,
      [canary.id, taken],
    );
    await expect(house.monitor.lookAt(canary, START)).rejects.toThrow(
      `bucket ${taken} of ${canary.id} was closed before`,
    );
    expect(await house.state(canary)).toEqual(untouched);
  });
});

describe("what is kept of a canary", () => {
  it("takes no change of closed buckets and counted questions, by nobody, and no deleting by the bot", async () => {
    await halfWay();
    for (const sql of [
      "UPDATE golive.canary_bucket SET observations = 9",
      "DELETE FROM golive.canary_bucket",
      "UPDATE golive.canary_question SET kpis = 0",
      "DELETE FROM golive.canary_question",
      "DELETE FROM golive.canary_state",
      "TRUNCATE golive.canary_state CASCADE",
    ])
      await expect(house.pool.query(sql), sql).rejects.toThrow(/permission denied/);
    for (const sql of [
      "UPDATE golive.canary_bucket SET observations = 9",
      "DELETE FROM golive.canary_question",
      "TRUNCATE golive.canary_question",
    ])
      await expect(house.eyes.query(sql), sql).rejects.toThrow(/append-only/);
  });
});
