import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { slowFirst } from "../support/slow-first.ts";

// biome-ignore lint/style/noDefaultExport: that is how vitest reads it
export default defineConfig({
  test: {
    root: fileURLToPath(new URL("../..", import.meta.url)),
    globalSetup: ["test/kill/sweep.ts"],
    include: ["test/kill/**/*.test.ts"],
    // A killed worker's job is noticed after ten seconds: the houses wait most of the time, so they wait together.
    maxWorkers: 5,
    sequence: {
      sequencer: slowFirst([
        "before-commit-of-job.test.ts",
        "after-commit-of-job.test.ts",
        "slack-posts.test.ts",
        "before-commit-of-person.test.ts",
        "after-commit-of-person.test.ts",
      ]),
    },
    testTimeout: 400_000,
    hookTimeout: 180_000,
  },
});
