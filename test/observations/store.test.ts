import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prepareObservationDays, pruneObservations } from "#src/observations/observation-days";
import type { ObservationRow } from "#src/observations/prepare-rows";
import { arrivalMark, readObservations, type Span } from "#src/observations/read-observations";
import { microsecondsOf, storeObservations } from "#src/observations/store-observations";
import { createTestDatabase, type TestDatabase } from "#test/support/postgres";

const NOW = Date.UTC(2026, 2, 28, 12);
const DAY = 86_400_000;

let database: TestDatabase;
let pool: Pool;
let owner: Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = new Pool({ connectionString: database.appUrl });
  owner = new Pool({ connectionString: database.ownerUrl });
});
afterAll(async () => {
  await Promise.all([pool.end(), owner.end()]);
  await database.drop();
});

let services = 0;
/** A service of this test alone. */
const freshService = () => `docs-${services++}`;

function row(service: string, traceId: string, at = NOW): ObservationRow {
  const body = JSON.stringify({ at: new Date(at).toISOString(), arm: "canary", trace_id: traceId });
  return { service, at, arm: "canary", traceId, body };
}
const traces = (rows: readonly ObservationRow[]) => rows.map(({ traceId }) => traceId);
async function read(service: string, span: Partial<Span> = {}): Promise<string[]> {
  const found: string[] = [];
  for await (const { observation } of readObservations(pool, { service, since: null, until: null, ...span }))
    found.push(observation.traceId);
  return found;
}

describe("stored observations", () => {
  it("are stored once per service and trace: within a batch, in another one, and under another day's time", async () => {
    const [one, other] = [freshService(), freshService()];
    expect(traces(await storeObservations(pool, [row(one, "a"), row(one, "b"), row(one, "a")]))).toEqual(["a", "b"]);
    expect(traces(await storeObservations(pool, [row(one, "a", NOW - DAY), row(one, "c")]))).toEqual(["c"]);
    expect(traces(await storeObservations(pool, [row(other, "a")]))).toEqual(["a"]);
    expect(await read(one)).toEqual(["a", "b", "c"]);
    expect(await read(other)).toEqual(["a"]);
  });

  it("are stored once when eight writers bring the same traces in different orders at once", async () => {
    const service = freshService();
    const names = Array.from({ length: 400 }, (_, index) => `t-${String(index).padStart(3, "0")}`);
    const batches = Array.from({ length: 8 }, (_, turn) => {
      const turned = [...names.slice(turn * 50), ...names.slice(0, turn * 50)];
      return (turn % 2 === 0 ? turned : turned.toReversed()).map((name) => row(service, name));
    });
    const stored = await Promise.all(batches.map((batch) => storeObservations(pool, batch)));
    expect(stored.flat()).toHaveLength(400);
    expect(await read(service)).toEqual(names);
  });

  it("go into the partition of their UTC day, which is made when it is missing, by several writers at once", async () => {
    const service = freshService();
    const days = [40, 41, 42, 43].map((days) => NOW + days * DAY);
    await Promise.all(
      [1, 2, 3].map((n) =>
        storeObservations(
          pool,
          days.map((at, d) => row(service, `${n}-${d}`, at)),
        ),
      ),
    );
    const { rows } = await owner.query(
      "SELECT tableoid::regclass::text AS place, count(*)::int FROM golive.observation WHERE service = $1 GROUP BY 1 ORDER BY 1",
      [service],
    );
    expect(rows).toEqual(
      ["07", "08", "09", "10"].map((day) => ({ place: `golive.observation_202605${day}`, count: 3 })),
    );
  });

  it("of the last millisecond of a bucket stay in it, whatever fraction the time has", async () => {
    expect(microsecondsOf(NOW - 0.000_244_140_625)).toBe("2026-03-28T11:59:59.999999Z");
    expect(microsecondsOf(NOW)).toBe("2026-03-28T12:00:00.000000Z");
    const service = freshService();
    await storeObservations(pool, [row(service, "before", NOW - 0.000_244_140_625), row(service, "after")]);
    expect(await read(service, { until: NOW })).toEqual(["before"]);
    expect(await read(service, { since: NOW })).toEqual(["after"]);
  });

  it("can't be changed, deleted or added past the function by the bot, nor changed by a slip of the owner", async () => {
    await storeObservations(pool, [row(freshService(), "kept")]);
    for (const sql of [
      "UPDATE golive.observation SET arm = 'baseline'",
      "DELETE FROM golive.observation",
      "TRUNCATE golive.observation",
      "INSERT INTO golive.observation (service, at, trace_id, arm, body) VALUES ('docs', now(), 't', 'canary', '{}')",
      "INSERT INTO golive.observation_trace (key, day) VALUES (gen_random_uuid(), now())",
      "DELETE FROM golive.observation_trace",
      "DELETE FROM golive.observation_20260328",
      "SELECT golive.add_observation_day('2027-01-01')",
    ])
      await expect(pool.query(sql), sql).rejects.toThrow(/permission denied/);
    for (const sql of [
      "UPDATE golive.observation SET arm = 'baseline'",
      "DELETE FROM golive.observation_20260328",
      "TRUNCATE golive.observation_20260328",
    ])
      await expect(owner.query(sql), sql).rejects.toThrow(/append-only/);
  });

  it("are read in the order of time and trace over many pages, also where all share one time", async () => {
    const service = freshService();
    const names = Array.from({ length: 5_000 }, (_, index) => `t-${String(index).padStart(4, "0")}`);
    await storeObservations(
      pool,
      names.toReversed().map((name) => row(service, name)),
    );
    expect(await read(service)).toEqual(names);
  });

  it("that came after a mark are told apart exactly, though their transaction began before it", async () => {
    const service = freshService();
    const slow = await pool.connect();
    try {
      await slow.query("BEGIN");
      await storeObservations(slow, [row(service, "slow")]);
      await storeObservations(pool, [row(service, "known")]);
      const mark = await arrivalMark(pool);
      expect(await read(service)).toEqual(["known"]);
      await slow.query("COMMIT");
      await storeObservations(pool, [row(service, "new")]);
      expect(await read(service, { arrivedAfter: mark })).toEqual(["new", "slow"]);
    } finally {
      slow.release();
    }
  });
});

describe("retention", () => {
  it("drops whole days and forgets their traces, keeps the days within, and never goes nearer than seven days", async () => {
    const service = freshService();
    const today = Date.now();
    const at = (days: number) => today - days * DAY;
    await storeObservations(pool, [
      row(service, "old", at(40)),
      row(service, "edge", at(30)),
      row(service, "new", today),
    ]);
    expect((await pruneObservations(pool, today, 30)).length).toBeGreaterThan(0);
    expect(await read(service)).toEqual(["edge", "new"]);
    expect(await pruneObservations(pool, today, 30)).toEqual([]);
    const stored = await storeObservations(pool, [row(service, "old", today), row(service, "edge", today)]);
    expect(traces(stored)).toEqual(["old"]);
    await expect(pruneObservations(pool, today, 6)).rejects.toThrow("may not be pruned");
    expect(await read(service)).toEqual(["edge", "new", "old"]);
  });

  it("makes the days ahead, over and over", async () => {
    await Promise.all([1, 2, 3].map(() => prepareObservationDays(pool, NOW + 100 * DAY)));
    const { rows } = await owner.query("SELECT to_regclass('golive.observation_20260709') IS NOT NULL AS there");
    expect(rows).toEqual([{ there: true }]);
  });
});
