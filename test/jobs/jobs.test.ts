import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bossOptionsOf, type RunningJob } from "#src/jobs/create-jobs";
import { jobId } from "#src/jobs/job-id";
import type { JobRequest } from "#src/journal/journal";
import { handlers } from "#test/jobs/idle-handlers";
import { type JobsBench, openJobsBench, until } from "#test/jobs/jobs-fixture";

let bench: JobsBench;
beforeEach(async () => {
  bench = await openJobsBench();
});
afterEach(() => bench.close());

const check = (cause: string): JobRequest => ({ queue: "run-check", cause, data: { check: "database", attempt: 1 } });
const decide = (jobs: readonly JobRequest[]) =>
  bench.journal.transact("api", null, [], () => ({ outcome: "ok", events: [], jobs, repaint: [], posts: [] }));
const stored = (): Promise<Record<string, unknown>[]> =>
  bench.query("SELECT id, name, data, state FROM golive_jobs.job ORDER BY created_on");

describe("a job", () => {
  test("is sent with the decision that causes it, under the bot's role", async () => {
    await decide([check("event-1")]);
    expect(await stored()).toEqual([
      {
        id: jobId("event-1", "run-check"),
        name: "run-check",
        data: { check: "database", attempt: 1 },
        state: "created",
      },
    ]);
  });

  test("of a decision that was rolled back never existed", async () => {
    const failing = bench.journal.transact("api", null, [], () => ({
      outcome: "\u0000",
      events: [],
      jobs: [check("event-1")],
      repaint: [],
      posts: [],
    }));
    await expect(failing).rejects.toMatchObject({ code: "unstorable" });
    expect(await stored()).toEqual([]);
  });

  test("of the same cause is one job, however often and from however many connections it is sent", async () => {
    await Promise.all([1, 2, 3, 4].map(() => decide([check("event-1"), check("event-1")])));
    expect(await stored()).toHaveLength(1);
  });

  test("of the same cause in another queue is another job", async () => {
    await decide([check("event-1"), { queue: "cut-over", cause: "event-1", data: {} }]);
    expect(await stored()).toHaveLength(2);
  });
});

test("a job is under way until it has ended, and never where none was sent", async () => {
  const about = { check: "database" };
  const isUnderWay = () => bench.jobs.isUnderWay("run-check", about);
  expect(await isUnderWay()).toBe(false);
  await decide([check("event-1")]);
  expect([await isUnderWay(), await bench.jobs.isUnderWay("run-check", { check: "other" })]).toEqual([true, false]);
  const running = Promise.withResolvers<void>();
  const end = Promise.withResolvers<void>();
  await bench.jobs.startWorkers({
    "run-check": async () => {
      running.resolve();
      await end.promise;
    },
  });
  bench.jobs.nudge();
  await running.promise;
  expect(await isUnderWay()).toBe(true);
  end.resolve();
  await until("its end", async () => ((await isUnderWay()) ? null : true));
});

describe("a worker", () => {
  test("gets every job once with its data, three checks at a time, and a cutover beside them", async () => {
    const ran: string[] = [];
    let running = 0;
    let most = 0;
    const release = Promise.withResolvers<void>();
    await bench.jobs.startWorkers(
      handlers({
        "run-check": async ({ data }) => {
          running += 1;
          most = Math.max(most, running);
          await release.promise;
          running -= 1;
          ran.push(String(data.check));
        },
        "cut-over": async () => release.resolve(),
      }),
      { concurrency: 3 },
    );
    await decide([1, 2, 3, 4, 5, 6].map((n) => ({ queue: "run-check", cause: `${n}`, data: { check: `c${n}` } })));
    bench.jobs.nudge();
    await until("three checks at once", () => (running === 3 ? true : null));
    // The checks hold all their places until the cutover, which comes last, has run.
    await decide([{ queue: "cut-over", cause: "x", data: {} }]);
    bench.jobs.nudge();
    await until("all checks", () => (ran.length === 6 ? true : null));
    expect(ran.sort()).toEqual(["c1", "c2", "c3", "c4", "c5", "c6"]);
    expect(most).toBe(3);
  });

  test("that was nudged starts at once, not at its next poll", async () => {
    const startedAt: number[] = [];
    await bench.jobs.startWorkers(handlers({ revalidate: async () => void startedAt.push(performance.now()) }), {
      pollSeconds: 60,
    });
    bench.journal.onCommit(() => bench.jobs.nudge());
    await decide([{ queue: "revalidate", cause: "first", data: {} }]);
    await until("the first job", () => (startedAt.length === 1 ? true : null), 5_000);
    // The worker has looked: it would look again a minute from now.
    const sentAt = performance.now();
    await decide([{ queue: "revalidate", cause: "second", data: {} }]);
    await until("the second job", () => (startedAt.length === 2 ? true : null), 10_000);
    expect((startedAt[1] ?? Number.NaN) - sentAt).toBeLessThan(5_000);
  });

  test("that fails tries again, and a job that fails every time is shown with its reason", async () => {
    await bench.query("UPDATE golive_jobs.queue SET retry_limit = 1, retry_delay = 0, retry_backoff = false");
    const tries: string[] = [];
    await bench.jobs.startWorkers(
      handlers({
        "run-check": async ({ id }) => {
          tries.push(id);
          throw new Error("the store did not answer");
        },
      }),
    );
    await decide([check("event-1")]);
    const dead = await until("a dead job", async () => {
      bench.jobs.nudge();
      const found = await bench.jobs.deadJobs({ check: "database" });
      return found.length > 0 ? found : null;
    });
    expect(tries).toEqual([jobId("event-1", "run-check"), jobId("event-1", "run-check")]);
    expect(await bench.jobs.isUnderWay("run-check", { check: "database" })).toBe(false);
    expect(dead).toEqual([
      {
        id: jobId("event-1", "run-check"),
        queue: "run-check",
        data: { check: "database", attempt: 1 },
        error: "the store did not answer",
        diedAt: expect.any(Number),
        retries: 1,
      },
    ]);
    expect(bench.errors.map((error) => error.message)).toContain("A run-check job failed: the store did not answer");
  });

  test("that is stopped finishes what runs and leaves the rest for the next process", async () => {
    const finished: string[] = [];
    let begun = 0;
    await bench.jobs.startWorkers(
      handlers({
        "run-check": async ({ data }) => {
          begun += 1;
          await new Promise((resolve) => setTimeout(resolve, 300));
          finished.push(String(data.n));
        },
      }),
      { concurrency: 1 },
    );
    await decide([1, 2, 3].map((n) => ({ queue: "run-check", cause: `${n}`, data: { n } })));
    bench.jobs.nudge();
    await until("the first job", () => (begun > 0 ? true : null));
    await bench.jobs.stop(5_000);
    const states = (await stored()).map(({ state }) => state).sort();
    expect(finished).toHaveLength(begun);
    expect(states.filter((state) => state === "completed")).toHaveLength(begun);
    expect(states).not.toContain("active");
    expect(begun).toBeLessThan(3);
  });

  test("that is stopped while a job doesn't end aborts its signal and hands it back to be retried", async () => {
    let seen: RunningJob | null = null;
    await bench.jobs.startWorkers(
      handlers({
        "run-check": (job) => {
          seen = job;
          return new Promise((_, reject) => job.signal.addEventListener("abort", () => reject(new Error("stopped"))));
        },
      }),
    );
    await decide([check("event-1")]);
    bench.jobs.nudge();
    const job = await until("the job", () => seen);
    await bench.jobs.stop(1_000);
    expect(job.signal.aborted).toBe(true);
    expect((await stored()).map(({ state }) => state)).toEqual(["retry"]);
  });
});

test("workers that fell silent are looked for every second, which with the heartbeat is how soon a kill -9 is noticed", () => {
  const options = { url: "postgres://nowhere/golive", onError: () => undefined };
  const every = { supervise: true, superviseIntervalSeconds: 1, monitorIntervalSeconds: 1 };
  expect(bossOptionsOf(options)).toMatchObject(every);
  expect(bossOptionsOf({ ...options, supervise: false })).toMatchObject({ supervise: false });
});

test("every queue that is worked off has a heartbeat of ten seconds", async () => {
  const rows = await bench.query(
    "SELECT DISTINCT heartbeat_seconds FROM golive_jobs.queue WHERE dead_letter IS NOT NULL",
  );
  expect(rows).toEqual([{ heartbeat_seconds: 10 }]);
});
