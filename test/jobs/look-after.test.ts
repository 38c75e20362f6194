import { afterEach, beforeEach, expect, test } from "vitest";
import type { DeadJob } from "#src/jobs/create-jobs";
import { lookAfterReleases } from "#src/jobs/look-after";
import { createLog } from "#src/log";
import { releaseStream, serviceStream } from "#src/release/events";
import { type JobsBench, openJobsBench } from "#test/jobs/jobs-fixture";

const SILENT = createLog({ level: "silent", secrets: [] });
const T0 = 1_700_000_000_000;

let bench: JobsBench;
beforeEach(async () => {
  bench = await openJobsBench();
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
    jobs: [],
    repaint: [],
    posts: [],
  }));
});
afterEach(() => bench.close());

const dead = (id: string, data: object): DeadJob => ({
  id,
  queue: "run-check",
  data,
  error: "down",
  diedAt: T0,
  retries: 5,
});
const look = (now: number, died: readonly DeadJob[] = []) =>
  lookAfterReleases(
    { pool: bench.pool, jobs: { send: bench.jobs.send, deadJobs: async () => died }, log: SILENT },
    now,
  );
const queued = async (): Promise<unknown[]> =>
  (await bench.query("SELECT name FROM golive_jobs.job ORDER BY name")).map((row) => row.name);

test("two replicas that look in the same half minute look once, and again in the next", async () => {
  await Promise.all([look(T0), look(T0 + 1)]);
  expect(await queued()).toEqual(["revalidate"]);
  await look(T0 + 30_000);
  expect(await queued()).toEqual(["revalidate", "revalidate"]);
});

test("a job of an open release that failed every time is sent again once per death", async () => {
  const died = dead("d1", { service: "api", release: "r1", check: "database", attempt: 1 });
  await look(T0, [died]);
  await look(T0 + 1, [died]);
  expect(await queued()).toEqual(["revalidate", "run-check"]);
});

test("a dead job of a release that is over stays dead", async () => {
  await look(T0, [dead("d2", { service: "api", release: "r0", check: "database", attempt: 1 })]);
  expect(await queued()).toEqual(["revalidate"]);
});
