import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { jobId } from "#src/jobs/job-id";
import { handlers } from "#test/jobs/idle-handlers";
import { type JobsBench, openJobsBench, until } from "#test/jobs/jobs-fixture";

const CHILD = fileURLToPath(new URL("killed-worker-child.ts", import.meta.url));

let bench: JobsBench;
beforeEach(async () => {
  bench = await openJobsBench();
});
afterEach(() => bench.close());

test("the job of a worker that was killed with -9 is done by another one within heartbeat and monitor", async () => {
  // Less than pg-boss lets a program ask for, so that the test doesn't take ten seconds.
  await bench.query("UPDATE golive_jobs.queue SET heartbeat_seconds = 2, retry_delay = 0, retry_backoff = false");
  const child = spawn(process.execPath, [CHILD, bench.database.appUrl], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const said = createInterface(child.stdout)[Symbol.asyncIterator]();
    await bench.journal.transact("api", null, [], () => ({
      outcome: "ok",
      events: [],
      jobs: [{ queue: "run-check", cause: "event-1", data: { check: "database" } }],
      repaint: [],
      posts: [],
    }));
    const id = jobId("event-1", "run-check");
    expect((await said.next()).value).toBe(`took ${id}`);
  } finally {
    child.kill("SIGKILL");
  }
  const done: string[] = [];
  await bench.jobs.startWorkers(handlers({ "run-check": async (job) => void done.push(job.id) }));
  await until("the retry", () => (done.length > 0 ? true : null), 15_000);
  expect(done).toEqual([jobId("event-1", "run-check")]);
});
