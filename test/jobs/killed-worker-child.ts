// Started by killed-worker.test.ts with the app URL in argv: takes a job, says so, and never finishes it.
import { createJobs } from "#src/jobs/create-jobs";
import { handlers } from "#test/jobs/idle-handlers";

const jobs = createJobs({ url: process.argv[2] ?? "", onError: () => undefined });
await jobs.start();
await jobs.startWorkers(
  handlers({
    "run-check": async ({ id }) => {
      process.stdout.write(`took ${id}\n`);
      await new Promise(() => undefined);
    },
  }),
);
