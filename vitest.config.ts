import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    globalSetup: ["test/support/global-postgres.ts"],
    include: ["test/**/*.test.ts"],
    exclude: ["test/browser/**", "test/kill/**", "test/nightly/**"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
