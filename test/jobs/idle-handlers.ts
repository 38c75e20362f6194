import type { JobHandlers } from "#src/jobs/create-jobs";

const idle = async () => undefined;

/** A handler for every queue: `some`, and ones that do nothing. */
export const handlers = (some: Partial<JobHandlers>): JobHandlers => ({
  "freeze-manifest": idle,
  "run-check": idle,
  evaluate: idle,
  "stop-evaluation": idle,
  "cut-over": idle,
  "roll-back": idle,
  "start-canary": idle,
  "run-operation": idle,
  "apply-proposal": idle,
  revalidate: idle,
  ...some,
});
