import { defineConfig } from "vitest/config";
import { slowFirst } from "./test/support/slow-first.ts";

export default defineConfig({
  test: {
    globalSetup: ["test/support/global-postgres.ts"],
    include: ["test/**/*.test.ts"],
    exclude: ["test/browser/**", "test/kill/**", "test/nightly/**"],
    testTimeout: 90_000,
    hookTimeout: 180_000,
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
    // What the AWS SDK signs with in tests; the local Bedrock takes any.
    env: { AWS_ACCESS_KEY_ID: "test-access-key", AWS_SECRET_ACCESS_KEY: "test-secret-not-a-secret" },
  },
});
