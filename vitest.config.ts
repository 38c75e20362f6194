import { defineConfig } from "vitest/config";
import { slowFirst } from "./test/support/slow-first.ts";

/** Rooms of tests that reach no database and change nothing of their process. */
const RULES = [
  "architecture",
  "canary",
  "canary-words",
  "evaluation",
  "evaluation-compare",
  "evaluation-report",
  "log",
  "page",
  "release",
  "rollback",
  "slack-blocks",
].map((room) => `test/${room}/**/*.test.ts`);

const shared = {
  testTimeout: 90_000,
  hookTimeout: 180_000,
  // What the AWS SDK signs with in tests; the local Bedrock takes any.
  env: { AWS_ACCESS_KEY_ID: "test-access-key", AWS_SECRET_ACCESS_KEY: "test-secret-not-a-secret" },
};

export default defineConfig({
  test: {
    // Most of them wait for a database, a bot or a clock half of their time: on two cores four keep both busy.
    maxWorkers: 4,
    sequence: {
      sequencer: slowFirst([
        "demo/evaluates.test.ts",
        "evaluation-run/told-apart.test.ts",
        "demo/house.test.ts",
        "slack/app.test.ts",
        "cli/serve.test.ts",
        "faults/database.test.ts",
        "faults/slack-answers.test.ts",
        "faults/rag-store.test.ts",
        "faults/slack-life.test.ts",
      ]),
    },
    projects: [
      {
        test: {
          ...shared,
          name: "houses",
          globalSetup: ["test/support/global-postgres.ts"],
          include: ["test/**/*.test.ts"],
          exclude: ["test/browser/**", "test/kill/**", "test/nightly/**", ...RULES],
        },
      },
      {
        // A third of what such a file takes is a process of its own and the same imports again.
        test: { ...shared, name: "rules", include: RULES, isolate: false },
      },
    ],
  },
});
