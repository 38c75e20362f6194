import { afterEach, beforeEach, expect, test } from "vitest";
import { lookAfterReleases } from "#src/jobs/look-after";
import { createLog } from "#src/log";
import { releaseStream, serviceStream } from "#src/release/events";
import { handlers } from "#test/jobs/idle-handlers";
import { type JobsBench, openJobsBench, until } from "#test/jobs/jobs-fixture";

const SILENT = createLog({ level: "silent", secrets: [] });
const T0 = 1_700_000_000_000 - (1_700_000_000_000 % 120_000);
const ABOUT = { service: "api", release: "r1" };

let bench: JobsBench;
beforeEach(async () => {
  bench = await openJobsBench();
  // A job keeps the limits its queue had when it was sent.
  await bench.query("UPDATE golive_jobs.queue SET retry_limit = 0, retry_delay = 0, retry_backoff = false");
});
afterEach(() => bench.close());

async function openRelease(jobs: readonly { cause: string; release: string }[] = []): Promise<void> {
  await bench.journal.transact("api", null, [serviceStream("api"), releaseStream("r1")], () => ({
    outcome: "ok",
    events: [
      {
        stream: serviceStream("api"),
        at: T0,
        by: { id: "U1", name: "Ann", kind: "member" },
        event: { type: "release-opened", release: "r1", number: 1 },
      },
    ],
    jobs: jobs.map(({ cause, release }) => ({
      queue: "run-check",
      cause,
      data: { service: "api", release, check: "database", attempt: 1 },
    })),
    repaint: [],
    posts: [],
  }));
}

/** Lets the jobs that are queued fail every time. */
async function failAll(jobs: number): Promise<void> {
  let down = true;
  await bench.jobs.startWorkers(
    handlers({
      "run-check": async () => {
        if (down) throw new Error("connect postgres://golive:hunter2@db/rag failed");
      },
    }),
  );
  await until("dead jobs", async () => {
    bench.jobs.nudge();
    return (await bench.jobs.deadJobs({ service: "api" })).length === jobs ? true : null;
  });
  down = false;
}

const look = (now: number) => lookAfterReleases({ pool: bench.pool, jobs: bench.jobs, log: SILENT }, now);
const queued = async (): Promise<unknown[]> =>
  (await bench.query("SELECT name FROM golive_jobs.job WHERE name = 'revalidate'")).map((row) => row.name);
const notes = () => bench.query("SELECT key, note FROM golive.outbox");

test("two replicas that look in the same two minutes look once, and again in the next", async () => {
  await openRelease();
  await Promise.all([look(T0), look(T0 + 119_999)]);
  expect(await queued()).toEqual(["revalidate"]);
  await look(T0 + 120_000);
  expect(await queued()).toEqual(["revalidate", "revalidate"]);
});

test("a step that failed every time is told in the thread once, without its secrets, and tried again until it works", async () => {
  await openRelease([{ cause: "e1", release: "r1" }]);
  await failAll(1);
  await Promise.all([look(T0), look(T0)]);
  expect(await notes()).toEqual([
    {
      key: "release/r1/failing/run-check database (attempt 1)",
      note: expect.objectContaining({
        kind: "step-failing",
        error: "connect postgres://golive:[password]@db/rag failed",
      }),
    },
  ]);
  await until("the step to be done", async () => {
    bench.jobs.nudge();
    const done = await bench.query("SELECT 1 FROM golive_jobs.job WHERE name = 'run-check' AND state = 'completed'");
    return done.length === 1 ? true : null;
  });
  expect(await bench.jobs.deadJobs(ABOUT)).toEqual([]);
});

test("a dead step of a release that is over stays dead", async () => {
  await openRelease([{ cause: "e1", release: "r0" }]);
  await failAll(1);
  await look(T0);
  expect(await bench.jobs.deadJobs({ release: "r0" })).toHaveLength(1);
  expect(await notes()).toEqual([]);
});
