import { Pool } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createLog } from "#src/log";
import { createIntakeCounts } from "#src/observations/intake-counts";
import { type PollDeps, pollOnce } from "#src/observations/poll-table";
import { createPolling } from "#src/observations/poll-tables";
import { createPostgresRunner } from "#src/rag/postgres-runner";
import type { SqlRunner } from "#src/rag/sql-runner";
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from "#test/support/postgres";

const NOW = Date.UTC(2026, 2, 28, 12);
const QUERY = "SELECT * FROM traces WHERE id > $1 ORDER BY id -- newest last";

let golive: TestDatabase;
let rag: TestDatabase;
let pool: Pool;
let store: SqlRunner;

beforeAll(async () => {
  [golive, rag] = await Promise.all([createTestDatabase(), createEmptyDatabase()]);
  pool = new Pool({ connectionString: golive.appUrl });
  store = createPostgresRunner(rag.ownerUrl);
  await store.query(
    `CREATE TABLE traces (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz, arm text, trace_id text, query_id bigint,
       latency_s numeric, error text, scores jsonb, budget_violation boolean, candidates_before_dedup int)`,
  );
});
afterAll(async () => {
  await Promise.all([pool.end(), store.close()]);
  await Promise.all([golive.drop(), rag.drop()]);
});
beforeEach(() => store.query("TRUNCATE traces RESTART IDENTITY"));

let services = 0;
function pollOf(changes: Partial<PollDeps> = {}): PollDeps {
  return {
    pool,
    service: `polled-${services++}`,
    store,
    poll: { query: QUERY, cursor: "id", start: "0", every_s: 0 },
    now: () => NOW,
    lateAfterMs: 24 * 3_600_000,
    counts: createIntakeCounts(),
    ...changes,
  };
}
const look = (deps: PollDeps) => pollOnce(deps, new AbortController().signal);
const insert = (count: number, latency = "0.1 + n::numeric / 8") =>
  store.query(
    `INSERT INTO traces (at, arm, trace_id, query_id, latency_s, scores, budget_violation, candidates_before_dedup)
     SELECT '2026-03-28T11:59:00.123456Z', 'canary', 't-' || n, 9007199254740991, ${latency}, '{"f1": 0.625}', false, 40
       FROM generate_series(1, $1::int) AS n`,
    [count],
  );
const stored = async ({ service }: PollDeps) =>
  (await pool.query("SELECT body FROM golive.observation WHERE service = $1 ORDER BY trace_id", [service])).rows.map(
    ({ body }) => JSON.parse(body),
  );
const progress = async ({ service }: PollDeps) =>
  (
    await pool.query(
      "SELECT cursor, accepted::int, duplicate::int, refused::int, trouble FROM golive.observation_poll WHERE service = $1",
      [service],
    )
  ).rows[0];

describe("polling a service's own trace table", () => {
  it("takes each row once, with exact numbers and microseconds, and goes on where it stopped", async () => {
    const deps = pollOf();
    await insert(2);
    expect(await look(deps)).toMatchObject({ state: "read", rows: 2, more: false });
    await store.query(
      "INSERT INTO traces (at, arm, trace_id, error) VALUES ('2026-03-28T13:59:30+02', 'baseline', 't-3', 'timeout')",
    );
    expect(await look(deps)).toMatchObject({ rows: 1 });
    expect(await look(deps)).toMatchObject({ rows: 0 });
    const [first, , third] = await stored(deps);
    expect(first).toEqual({
      at: expect.stringMatching(/^2026-03-28T\d\d:59:00\.123456[+-]\d\d:\d\d$/),
      arm: "canary",
      trace_id: "t-1",
      query_id: 9_007_199_254_740_991,
      latency_s: 0.225,
      error: null,
      scores: { f1: 0.625 },
      budget_violation: false,
      candidates_before_dedup: 40,
    });
    expect(third).toMatchObject({ arm: "baseline", error: "timeout" });
    expect(await progress(deps)).toEqual({ cursor: "3", accepted: 3, duplicate: 0, refused: 0, trouble: null });
    expect(deps.counts.tallies()).toMatchObject([{ source: "poll", tally: { accepted: 3, late: 0 } }]);
  });

  it("counts bad rows and names them by their cursor, and takes the good ones", async () => {
    const deps = pollOf();
    await insert(3, "CASE WHEN n = 2 THEN -1 WHEN n = 3 THEN 'NaN'::numeric ELSE 1 END");
    const polled = await look(deps);
    expect(polled).toMatchObject({
      problems: [
        { sentence: "row at 2: latency_s is -1; expected a number from 0 to 86400" },
        { sentence: 'row at 3: latency_s is "NaN"; expected a number from 0 to 86400' },
      ],
    });
    expect(await progress(deps)).toMatchObject({
      cursor: "3",
      accepted: 1,
      refused: 2,
      trouble: expect.stringContaining("row at 2"),
    });
    expect(await look(deps)).toMatchObject({ rows: 0 });
    expect(await progress(deps)).toMatchObject({ refused: 2, trouble: null });
  });

  it("takes each row exactly once when four replicas look at once, over and over", async () => {
    const deps = pollOf();
    await insert(4_500);
    for (let round = 0; round < 5; round++) await Promise.all([1, 2, 3, 4].map(() => look(deps)));
    expect(await progress(deps)).toEqual({ cursor: "4500", accepted: 4_500, duplicate: 0, refused: 0, trouble: null });
    expect(await stored(deps)).toHaveLength(4_500);
  });

  it("is one replica's at a time: another doesn't wait for it", async () => {
    const deps = pollOf();
    await insert(1);
    const inside = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const slow: PollDeps["store"] = {
      transaction: async (mode, work, signal) => {
        inside.resolve();
        await goOn.promise;
        return store.transaction(mode, work, signal);
      },
    };
    const first = look({ ...deps, store: slow });
    await inside.promise;
    expect(await look(deps)).toEqual({ state: "elsewhere" });
    goOn.resolve();
    expect(await first).toMatchObject({ state: "read", rows: 1 });
  });

  it("waits its time between two looks, over all replicas", async () => {
    const deps = pollOf({ poll: { query: QUERY, cursor: "id", start: "0", every_s: 3_600 } });
    await insert(1);
    expect(await look(deps)).toMatchObject({ state: "read", rows: 1 });
    expect(await look(deps)).toEqual({ state: "not-due" });
  });

  it("loses and repeats nothing when it breaks off between storing and moving on", async () => {
    const deps = pollOf();
    await insert(3);
    const counts = createIntakeCounts();
    const broken: PollDeps = {
      ...deps,
      counts: {
        ...counts,
        add: () => {
          throw new Error("killed");
        },
      },
    };
    await expect(look(broken)).rejects.toThrow("killed");
    expect(await stored(deps)).toEqual([]);
    expect(await progress(deps)).toMatchObject({ cursor: "0", trouble: "killed" });
    expect(await look(deps)).toMatchObject({ rows: 3 });
    expect(await progress(deps)).toMatchObject({ cursor: "3", accepted: 3, trouble: null });
  });

  it("begins anew for another query, and repeats nothing by that", async () => {
    const deps = pollOf();
    await insert(2);
    await look(deps);
    const other = { ...deps, poll: { ...deps.poll, query: "SELECT * FROM traces WHERE id > $1::bigint ORDER BY id" } };
    expect(await look(other)).toMatchObject({ rows: 2 });
    expect(await progress(deps)).toMatchObject({ accepted: 2, duplicate: 2 });
  });

  it("can't write into the store, and says what is wrong with a query", async () => {
    const writing = pollOf({
      poll: { query: "SELECT nextval('traces_id_seq'), $1 AS id", cursor: "id", start: "0", every_s: 0 },
    });
    await expect(look(writing)).rejects.toThrow(/read-only/);
    const wrong = pollOf({ poll: { query: QUERY, cursor: "number", start: "0", every_s: 0 } });
    await expect(look(wrong)).rejects.toThrow(/number/);
    expect(await progress(wrong)).toMatchObject({ cursor: "0", trouble: expect.stringContaining("number") });
    await insert(2_500);
    const stuck = pollOf({
      poll: {
        query: "SELECT *, 'x' AS same FROM traces WHERE $1 <> '' ORDER BY id",
        cursor: "same",
        start: "x",
        every_s: 0,
      },
    });
    await expect(look(stuck)).rejects.toThrow("end at the cursor");
  });

  it("reads page after page without waiting as long as there is more, and stops when it is told to", async () => {
    const deps = pollOf({ poll: { query: QUERY, cursor: "id", start: "0", every_s: 3_600 } });
    await insert(4_500);
    const polling = createPolling([deps], createLog({ level: "silent", secrets: [] }));
    polling.start();
    await expect.poll(async () => (await progress(deps))?.accepted, { timeout: 20_000 }).toBe(4_500);
    await polling.stop();
  });
});
