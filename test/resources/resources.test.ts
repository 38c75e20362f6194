import { Pool } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { GateSubject } from "#src/gates/gate";
import { createResourceMonitoringGate, type ResourceMonitoringDeps } from "#src/gates/resource-monitoring";
import { runGate } from "#src/gates/run-gate";
import { createMachineServer } from "#src/http/machine-server";
import { createMetrics } from "#src/http/metrics";
import { createRoutes } from "#src/http/routes";
import type { LimiterState } from "#src/models/limiter";
import { resourcesLine } from "#src/release/resources-line";
import { createProcessMeter, type ProcessMeter, type ProcessSample } from "#src/resources/process-meter";
import { createResources, type Resources } from "#src/resources/read-resources";
import { createResourceReport } from "#src/resources/report-resources";
import { saveSample } from "#src/resources/sample-rows";
import { breachOf, reportOf, sightOf, viewOf, watch } from "#test/canary-words/view";
import { createTestDatabase, type TestDatabase } from "#test/support/postgres";
import { serviceFixture } from "#test/support/rag-fixture";

let database: TestDatabase;
let pool: Pool;
let resources: Resources;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = new Pool({ connectionString: database.appUrl });
  resources = createResources(pool, null);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});
beforeEach(async () => {
  await pool.query("DELETE FROM golive.process_sample");
  await pool.query("DELETE FROM golive_jobs.job");
});

const WELL: ProcessSample = { observedMs: 60_000, eventLoopLagMs: 12, rssBytes: 210 * 1024 * 1024, cpuShare: 0.08 };
const save = (holder: string, changes: Partial<ProcessSample> = {}) =>
  saveSample(pool, holder, "bot", { ...WELL, ...changes });
const age = (holder: string, seconds: number) =>
  pool.query(
    "UPDATE golive.process_sample SET sampled_at = clock_timestamp() - make_interval(secs => $2) WHERE holder = $1",
    [holder, seconds],
  );
const queue = (name: string, count: number, state = "created") =>
  pool.query(
    `INSERT INTO golive_jobs.job (id, name, data, state) SELECT gen_random_uuid(), $1, '{}', $3::golive_jobs.job_state FROM generate_series(1, $2::int)`,
    [name, count, state],
  );

const LIMITS = { event_loop_lag_ms: 200, rss_mb: 1024, queue_depth: 5 };

/** Of all subjects this gate looks at none: whatever it reads of one fails. */
const nobody = (): GateSubject => ({
  service: serviceFixture(),
  candidate: { run: "", config: "" },
  active: null,
  frozenManifest: null,
  get store(): never {
    throw new Error("the gate looked at the store");
  },
  adopted: {},
  env: {},
  botDatabase: { ping: () => Promise.reject(new Error("the gate pinged")) },
  machineNow: () => 0,
});
const judge = (deps: Partial<ResourceMonitoringDeps> = {}) =>
  runGate(
    createResourceMonitoringGate({ limits: LIMITS, ...resources, ...deps }),
    nobody(),
    AbortSignal.timeout(20_000),
  );

describe("the gate resource-monitoring", () => {
  it("passes when every process that lives does well, wherever it is asked", async () => {
    await save("one");
    await save("two", { eventLoopLagMs: 30, rssBytes: 300 * 1024 * 1024 });
    await queue("run-check", 3);
    const result = await judge();
    expect(result).toMatchObject({
      verdict: "pass",
      summary: "2 processes of Golive report: event loop lag p99 at most 30 ms, memory at most 300 MB, 3 jobs waiting.",
      numbers: { processes: 2, jobs_waiting: 3 },
    });
  });

  it("is inconclusive when nobody reports: no bot process is running", async () => {
    expect(await judge()).toMatchObject({
      verdict: "inconclusive",
      summary: "No bot process is running: none has reported within the last 60 s.",
    });
  });

  it("ignores a process that has not reported for a minute, by the database's clock", async () => {
    await save("gone", { eventLoopLagMs: 9_999 });
    await age("gone", 61);
    expect(await judge()).toMatchObject({ verdict: "inconclusive" });
    await save("one");
    expect(await judge()).toMatchObject({ verdict: "pass", numbers: { processes: 1 } });
    await age("one", 20);
    expect(await judge()).toMatchObject({ verdict: "pass", numbers: { processes: 1, oldest_sample_s: 20 } });
  });

  it("takes nobody's last word for how they do: a process that missed a report is silent, alone it proves nothing", async () => {
    await save("hangs");
    await age("hangs", 35);
    expect(await judge()).toMatchObject({
      verdict: "inconclusive",
      summary: "No process of Golive answers for itself: hangs has been silent for 35 s.",
      numbers: { processes: 0, silent_processes: 1 },
    });
    await save("one");
    const beside = await judge();
    expect(beside).toMatchObject({ verdict: "pass", numbers: { processes: 1, silent_processes: 1 } });
    expect(beside.summary).toMatch(/Beside it, hangs has been silent for 3\d s: killed a moment ago, or hanging\.$/);
  });

  it("shows what is left of the shared rate of model calls", async () => {
    await save("one");
    expect(await judge({ models: async () => LOAD })).toMatchObject({
      verdict: "pass",
      numbers: { model_calls_in_flight: 1, model_calls_waiting: 4, model_rate_booked_s: 6 },
    });
  });

  it.each([
    [
      "the event loop is late",
      { eventLoopLagMs: 430 },
      /^Over the limit: slow has event loop lag p99 430 ms \(limit 200\)\.$/,
    ],
    [
      "memory is short",
      { rssBytes: 2048 * 1024 * 1024 },
      /^Over the limit: slow has memory 2,048 MB \(limit 1,024\)\.$/,
    ],
  ])("fails with the number when %s in one of several processes", async (_what, changes, says) => {
    await save("fine");
    await save("slow", changes);
    const result = await judge();
    expect(result.verdict).toBe("fail");
    expect(result.summary).toMatch(says);
  });

  it("fails when jobs pile up in one queue; those that run, failed or wait for people don't count", async () => {
    await save("one");
    await queue("run-check", 5);
    await queue("run-check", 4, "active");
    await queue("dead-jobs", 40);
    expect(await judge()).toMatchObject({ verdict: "pass", numbers: { jobs_waiting: 5 } });
    await queue("run-check", 1, "retry");
    expect(await judge()).toMatchObject({
      verdict: "fail",
      summary: "Over the limit: 6 jobs wait in run-check (limit 5).",
    });
  });

  it("is inconclusive, not a pass, when a value is no number", async () => {
    await save("one", { eventLoopLagMs: Number.NaN });
    const result = await judge();
    expect(result).toMatchObject({ verdict: "inconclusive", numbers: { event_loop_lag_p99_ms: null } });
    expect(result.summary).toContain("one has no event loop lag");
  });

  it("waits for a process that has only just begun, and gives a bad start time to settle", async () => {
    await save("new", { observedMs: 40, eventLoopLagMs: Number.NaN });
    const looks = [
      { observedMs: 1_200, eventLoopLagMs: 900 },
      { observedMs: 3_200, eventLoopLagMs: 300 },
      { observedMs: 5_200, eventLoopLagMs: 15 },
    ];
    const samples = async () => {
      const found = await resources.samples();
      const next = looks.shift();
      if (next !== undefined) await save("new", next);
      return found;
    };
    expect(await judge({ samples })).toMatchObject({ verdict: "pass", numbers: { event_loop_lag_p99_ms: 15 } });
  });

  it("has the same evidence whatever was measured, and another under other limits", async () => {
    await save("one");
    const one = await judge();
    await save("one", { eventLoopLagMs: 80 });
    const two = await judge();
    expect(two.evidenceHash).toBe(one.evidenceHash);
    const other = await judge({ limits: { ...LIMITS, rss_mb: 2048 } });
    expect(other.evidenceHash).not.toBe(one.evidenceHash);
  });
});

describe("a process's report", () => {
  const report = () =>
    createResourceReport({
      database: pool,
      holder: "me",
      openMeter: () => createProcessMeter(() => performance.now()),
      onError: (error) => expect(error).toBe(undefined),
    });

  it("stands from the start on, and goes when the process stops", async () => {
    const mine = report();
    await mine.start("command");
    const [row] = await resources.samples();
    expect(row).toMatchObject({ holder: "me", kind: "command" });
    expect(row?.rssBytes).toBeGreaterThan(1024 * 1024);
    expect(Number.isFinite(row?.cpuShare)).toBe(true);
    await mine.stop();
    expect(await resources.samples()).toEqual([]);
  });

  it("is renewed with the event loop's lag as soon as that was watched for a second", async () => {
    const mine = report();
    await mine.start("bot");
    await expect
      .poll(async () => (await resources.samples())[0]?.observedMs ?? 0, { timeout: 15_000 })
      .toBeGreaterThan(1_000);
    expect(Number.isFinite((await resources.samples())[0]?.eventLoopLagMs)).toBe(true);
    await mine.stop();
  });

  it("that can't be written is told, and the process goes on", async () => {
    const errors: unknown[] = [];
    const down = createResourceReport({
      database: { query: () => Promise.reject(new Error("down")) },
      holder: "me",
      openMeter: () => ({ read: () => WELL, stop: () => undefined }),
      onError: (error) => errors.push(error),
    });
    await down.start("bot");
    await down.stop();
    expect(errors.map(String)).toEqual(["Error: down", "Error: down"]);
  });

  it("clears away rows of processes that ended a day ago without a word", async () => {
    await save("long gone");
    await age("long gone", 2 * 86_400);
    await save("one");
    const { rows } = await pool.query("SELECT holder FROM golive.process_sample");
    expect(rows).toEqual([{ holder: "one" }]);
  });

  it("sees an event loop that is blocked", async () => {
    const meter = createProcessMeter(() => performance.now());
    await new Promise((resolve) => setTimeout(resolve, 50));
    const until = performance.now() + 300;
    while (performance.now() < until);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const { eventLoopLagMs, cpuShare } = meter.read();
    meter.stop();
    expect(eventLoopLagMs).toBeGreaterThan(150);
    expect(cpuShare).toBeGreaterThan(0);
  });
});

/** As the limiter itself says it. */
const LOAD: LimiterState = {
  maxInFlight: 1,
  perSecond: 0.12,
  inFlight: 1,
  waiting: { "rollback-smoke": 0, "canary-probe": 1, "go-live": 0, nightly: 3, weekly: 0 },
  nextAt: 10_000,
  now: 4_000,
  configured: [{ maxInFlight: 1, perSecond: 0.12, workers: 2, processes: 2 }],
};

describe("what people are told", () => {
  it("is the worst of all processes, the jobs that wait, and the models where they are shared", async () => {
    await save("one");
    await save("two", { eventLoopLagMs: 30 });
    await queue("cut-over", 1);
    const shared = createResources(pool, async () => LOAD);
    expect(resourcesLine(await shared.now())).toBe(
      "Resources: 2 processes · event loop p99 30 ms · 210 MB · CPU 8 % · 1 job waiting · models 1 of 1 in flight, 4 waiting, next start in 6 s",
    );
  });
});

describe("GET /metrics", () => {
  const meter: ProcessMeter = { read: () => WELL, stop: () => undefined };

  it("is served on a port of its own, beside healthz and readyz, and nothing else is", async () => {
    await save("one");
    await queue("run-check", 2);
    const shared = createResources(pool, async () => LOAD);
    const routes = createRoutes({ ready: async () => false, metrics: createMetrics(meter, shared) });
    const server = createMachineServer({ host: "127.0.0.1", port: 0, routes });
    const port = await server.start();
    const ask = (path: string, method = "GET") => fetch(`http://127.0.0.1:${port}${path}`, { method });
    const scraped = await ask("/metrics?x=1");
    expect(scraped.headers.get("content-type")).toMatch(/^text\/plain; (?=.*version=)/);
    const lines = (await scraped.text()).split("\n");
    for (const line of [
      "golive_event_loop_lag_p99_seconds 0.012",
      "golive_resident_memory_bytes 220200960",
      "golive_cpu_share 0.08",
      "golive_database_up 1",
      "golive_processes 1",
      'golive_jobs_waiting{queue="run-check"} 2',
      'golive_jobs_waiting{queue="cut-over"} 0',
      "golive_model_calls_in_flight 1",
      "golive_model_calls_in_flight_max 1",
      'golive_model_calls_waiting{priority="nightly"} 3',
      "golive_model_calls_per_second_max 0.12",
      "golive_model_rate_booked_seconds 6",
    ]) {
      expect(lines).toContain(line);
    }
    expect((await ask("/healthz")).status).toBe(200);
    expect((await ask("/readyz")).status).toBe(503);
    expect((await ask("/metrics", "POST")).status).toBe(405);
    expect((await ask("/constructor")).status).toBe(404);
    await server.stop();
    await expect(ask("/healthz")).rejects.toThrow();
  });

  it("tells hours, breaches and standings of open canaries, and leaves them out where they can't be read", async () => {
    const open = viewOf({
      canary: watch({ breaches: [breachOf("f1")] }),
      sight: sightOf([reportOf("f1", { standing: "breach" }), reportOf("dedup_rate")]),
    });
    const { body } = await createMetrics(meter, resources, null, async () => [open])();
    for (const line of [
      'golive_canary_hours{service="support-docs"} 31.25',
      'golive_canary_breaches{service="support-docs"} 1',
      'golive_canary_kpi_standing{service="support-docs",kpi="f1",standing="breach"} 1',
      'golive_canary_kpi_standing{service="support-docs",kpi="dedup_rate",standing="unknown"} 1',
    ]) {
      expect(body.split("\n")).toContain(line);
    }
    const away = await createMetrics(meter, resources, null, () => Promise.reject(new Error("away")))();
    expect(away.body).not.toContain("golive_canary_hours{");
    expect(away.body).toContain("golive_cpu_share 0.08");
  });

  it("tells the process's own numbers when the database is away, and no stale shared ones", async () => {
    await save("one");
    let away = false;
    const flaky: Resources = {
      ...resources,
      samples: () => (away ? Promise.reject(new Error("away")) : resources.samples()),
    };
    const scrape = createMetrics(meter, flaky);
    expect((await scrape()).body).toContain("golive_processes 1");
    away = true;
    const { body } = await scrape();
    expect(body).toContain("golive_database_up 0");
    expect(body).toContain("golive_event_loop_lag_p99_seconds 0.012");
    expect(body).not.toMatch(/^golive_(processes|jobs_waiting|model_calls_in_flight) ?\{?/m);
  });
});
