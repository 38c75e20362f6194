import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { keptBody } from "#src/observations/kept-body";
import { storeObservations } from "#src/observations/store-observations";
import type { Figures } from "#src/operations/slo/figures";
import { countAll } from "#src/operations/slo/histogram";
import { readSample } from "#src/operations/slo/read-others";
import { readFigures } from "#src/operations/slo/work/kept-figures";
import { readQuestions } from "#src/operations/slo/work/kept-questions";
import { PAGE } from "#src/operations/slo/work/new-rows";
import { type RollUpDeps, rollUp } from "#src/operations/slo/work/roll-up";
import { HOUR } from "#test/slo/world";
import { createTestDatabase, type TestDatabase } from "#test/support/postgres";

const NOW = Math.floor(Date.now() / HOUR) * HOUR;
const PAIRS = { baseline: { run: "A", config: "c1" }, canary: { run: "B", config: "c2" } };

let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = new Pool({ connectionString: database.appUrl, max: 6 });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

let services = 0;
const freshService = () => `docs-${services++}`;
const over = (given: RollUpDeps["pool"] = pool): RollUpDeps => ({
  pool: given,
  now: () => NOW,
  pairsOf: async (canary) => (canary === "cn_1" ? PAIRS : null),
});

type Said = { readonly [key: string]: unknown };
function row(service: string, traceId: string, at: number, said: Said = {}) {
  const line = { at: new Date(at).toISOString(), arm: "canary" as const, trace_id: traceId, latency_s: 1, ...said };
  const kept = keptBody(line);
  if (!("body" in kept)) throw new Error(kept.refusal.sentence);
  return { service, at, arm: line.arm, traceId, body: kept.body };
}
const many = (service: string, n: number, prefix = "t", at = NOW - HOUR) =>
  Array.from({ length: n }, (_, index) =>
    row(service, `${prefix}-${index}`, at + ((index * 36_007) % HOUR), index % 10 === 0 ? { error: "timeout" } : {}),
  );

async function sums(service: string, minutes: 5 | 60 = 60): Promise<Pick<Figures, "offered" | "answered">> {
  const kept = await readFigures(pool, service, minutes, 0, ["baseline", "canary"]);
  return kept.reduce(
    (sum, { figures }) => {
      // The two ways in which an answer is counted never differ.
      expect(countAll(figures.latency)).toBe(figures.answered);
      return { offered: sum.offered + figures.offered, answered: sum.answered + figures.answered };
    },
    { offered: 0, answered: 0 },
  );
}

describe("a roll-up", () => {
  it("adds every observation once, by its hour and its five minutes, however often it is asked", async () => {
    const service = freshService();
    await storeObservations(pool, many(service, 100));
    expect(await rollUp(over(), service)).toEqual({ state: "done", observations: 100 });
    expect(await rollUp(over(), service)).toEqual({ state: "done", observations: 0 });
    expect(await sums(service)).toEqual({ offered: 100, answered: 90 });
    expect(await sums(service, 5)).toEqual({ offered: 100, answered: 90 });
    expect(await readFigures(pool, service, 5, 0, ["canary"])).toHaveLength(12);
  });

  it("adds what comes late to the hour in which it was asked", async () => {
    const service = freshService();
    await storeObservations(pool, many(service, 30));
    await rollUp(over(), service);
    await storeObservations(pool, many(service, 20, "late", NOW - 20 * HOUR));
    await rollUp(over(), service);
    const kept = await readFigures(pool, service, 60, 0, ["canary"]);
    expect(kept.map(({ at, figures }) => [(NOW - at) / HOUR, figures.offered])).toEqual([
      [20, 20],
      [1, 30],
    ]);
  });

  it("misses nothing of a transaction that began before it and commits after it", async () => {
    const service = freshService();
    const slow = await pool.connect();
    await slow.query("BEGIN");
    await storeObservations(slow, many(service, 40, "slow"));
    await storeObservations(pool, many(service, 50, "fast"));
    expect(await rollUp(over(), service)).toEqual({ state: "done", observations: 50 });
    await slow.query("COMMIT");
    slow.release();
    await storeObservations(pool, many(service, 5, "after"));
    expect(await rollUp(over(), service)).toEqual({ state: "done", observations: 45 });
    expect((await sums(service)).offered).toBe(95);
  });

  it("is done by one of several replicas, page by page, and by each page once", async () => {
    const service = freshService();
    const n = 2 * PAGE + 321;
    for (const part of ["a", "b", "c"]) await storeObservations(pool, many(service, Math.ceil(n / 3), part));
    const all = 3 * Math.ceil(n / 3);
    const replicas = await Promise.all(Array.from({ length: 4 }, () => rollUp(over(), service)));
    await rollUp(over(), service);
    expect(replicas.reduce((sum, { observations }) => sum + observations, 0)).toBeLessThanOrEqual(all);
    expect((await sums(service)).offered).toBe(all);
  });

  it("that is killed at any statement has added a page or nothing of it, and the next one goes on there", async () => {
    const service = freshService();
    const n = PAGE + 777;
    await storeObservations(pool, many(service, n));
    let calls = 0;
    for (let dies = 1; dies < 40; dies++) {
      calls = 0;
      const dying: RollUpDeps["pool"] = {
        query: pool.query.bind(pool),
        connect: (async () => {
          const client = await pool.connect();
          return new Proxy(client, {
            get(target, key) {
              if (key !== "query") return Reflect.get(target, key);
              return async (...words: [string, unknown[]]) => {
                if (words[0] !== "ROLLBACK" && ++calls === dies) throw new Error("killed");
                return target.query(...words);
              };
            },
          });
        }) as Pool["connect"],
      };
      const done = await rollUp(over(dying), service).catch(() => "killed" as const);
      if (done !== "killed") break;
    }
    await rollUp(over(), service);
    expect(await sums(service)).toEqual({ offered: n, answered: n - Math.ceil(n / 10) });
  });

  it("adds what comes while a backlog is under way once, and not with the backlog", async () => {
    const service = freshService();
    await storeObservations(pool, many(service, PAGE + 50, "backlog"));
    // Begun before the roll-up and committed in the midst of it.
    const slow = await pool.connect();
    await slow.query("BEGIN");
    await storeObservations(slow, many(service, 30, "slow"));
    await storeObservations(pool, many(service, 10, "after"));
    let pages = 0;
    const dying = new Proxy(pool, {
      get(target, key) {
        if (key !== "connect") {
          const value: unknown = Reflect.get(target, key);
          return typeof value === "function" ? value.bind(target) : value;
        }
        return async () => {
          if (++pages > 1) throw new Error("killed");
          return target.connect();
        };
      },
    });
    await expect(rollUp(over(dying), service)).rejects.toThrow("killed");
    expect((await sums(service)).offered).toBe(PAGE);
    await slow.query("COMMIT");
    slow.release();
    await storeObservations(pool, many(service, 70, "meanwhile"));
    await rollUp(over(), service);
    await rollUp(over(), service);
    expect((await sums(service)).offered).toBe(PAGE + 160);
  });

  it("counts one question asked fifty times, without its id, as no question, and says how many there were", async () => {
    const service = freshService();
    const scores = { oracle_prefilter: 1, reader_used_gold: 1 };
    await storeObservations(
      pool,
      Array.from({ length: 50 }, (_, index) => row(service, `u-${index}`, NOW - HOUR + index, { scores })),
    );
    await storeObservations(pool, [row(service, "named", NOW - HOUR, { scores, query_id: "q-1" })]);
    await rollUp(over(), service);
    expect(await readQuestions(pool, service, ["trace/canary"], 0)).toHaveLength(2);
    const hours = await readFigures(pool, service, 60, 0, ["canary"]);
    expect(hours.map(({ figures }) => figures.nameless)).toEqual([50]);
    const recent = hours.map(({ at, path, figures }) => ({ from: at, path, figures }));
    expect(readSample("oracle_prefilter", [], 0.85, recent)).toMatchObject({
      standing: "inconclusive",
      says: expect.stringMatching(/50 scored traces without a `query_id` are not counted\.$/),
    });
  });

  it("survives the observations: what was added stays when their day is dropped", async () => {
    const service = freshService();
    await storeObservations(pool, many(service, 10, "old", NOW - 9 * 24 * HOUR));
    await rollUp(over(), service);
    await pool.query("SELECT golive.prune_observations((now() - interval '8 days')::date, 1000)");
    await rollUp(over(), service);
    expect((await sums(service)).offered).toBe(10);
  });

  it("keeps Golive's own probes apart, and each gold question with its newest score", async () => {
    const service = freshService();
    const scored = (score: number) => ({ scores: { oracle_prefilter: score }, query_id: "q-1" });
    await storeObservations(pool, [
      row(service, "probe/cn_1/q-1/canary", NOW - 3 * HOUR, scored(1)),
      row(service, "probe/cn_1/q-1/baseline", NOW - 3 * HOUR, { ...scored(0), arm: "baseline" }),
      row(service, "probe/cn_1/q-2/canary", NOW - 3 * HOUR, { error: "timeout", hard_timeout: true, query_id: "q-2" }),
      row(service, "probe/cn_9/q-3/canary", NOW - 3 * HOUR, scored(1)),
      row(service, "u-1", NOW - 2 * HOUR, { ...scored(0), query_id: "mine" }),
      row(service, "u-3", NOW - HOUR, { error: "timeout" }),
    ]);
    await rollUp(over(), service);
    // Older than what is kept: it came late, and changes nothing.
    await storeObservations(pool, [row(service, "u-2", NOW - 4 * HOUR, { ...scored(1), query_id: "mine" })]);
    await rollUp(over(), service);
    const paths = (await readFigures(pool, service, 60, 0, ["canary"])).map(({ path, figures }) => [
      path,
      figures.offered,
    ]);
    expect(paths).toEqual([
      ["user", 1],
      ["probe", 3],
      ["user", 1],
      ["user", 1],
    ]);
    const live = ["pair/B/c2", "trace/canary"];
    const found = await readQuestions(pool, service, live, 0);
    const values = (score: string) =>
      found
        .filter((each) => each.score === score)
        .map(({ value }) => value)
        .sort();
    expect(values("oracle_prefilter")).toEqual([0, 0, 1]);
    // Of a probe without an answer both.
    expect(values("reader_used_gold")).toEqual([0]);
    expect(await readQuestions(pool, service, ["pair/A/c1"], 0)).toEqual([{ score: "oracle_prefilter", value: 0 }]);
    expect(await readQuestions(pool, service, live, NOW - HOUR)).toEqual([]);
  });

  it("keeps a question's score for as long as a window may need it, and of its own service alone", async () => {
    const [service, other] = [freshService(), freshService()];
    for (const each of [service, other]) {
      const asked = { scores: { oracle_prefilter: 1 }, query_id: "q-1" };
      await storeObservations(pool, [row(each, "old", NOW - 20 * 24 * HOUR, asked)]);
      await rollUp(over(), each);
    }
    await pool.query("SELECT golive.prune_slo_questions($1, now() - interval '15 days')", [service]);
    expect(await readQuestions(pool, service, ["trace/canary"], 0)).toEqual([]);
    expect(await readQuestions(pool, other, ["trace/canary"], 0)).toHaveLength(1);
    await expect(pool.query("SELECT golive.prune_slo_questions('docs', now())")).rejects.toThrow(/may not/);
  });

  it("is nobody's to undo: the bot can take away neither sums nor hours that are still needed", async () => {
    await expect(pool.query("DELETE FROM golive.slo_figures")).rejects.toThrow(/permission denied/);
    await expect(pool.query("SELECT golive.prune_slo_figures(now(), now() - interval '400 days')")).rejects.toThrow(
      /may not/,
    );
    await expect(pool.query("SELECT golive.prune_slo_figures(now() - interval '3 days', now())")).rejects.toThrow(
      /may not/,
    );
    expect(
      (await pool.query("SELECT golive.prune_slo_figures(now() - interval '3 days', now() - interval '200 days') AS n"))
        .rows,
    ).toHaveLength(1);
  });
});
