import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    globalSetup: ["test/support/global-postgres.ts"],
    include: ["test/**/*.test.ts"],
    exclude: ["test/browser/**", "test/kill/**", "test/nightly/**"],
    testTimeout: 90_000,
    hookTimeout: 180_000,
    maxWorkers: 2,
    // What the AWS SDK signs with in tests; the local Bedrock takes any.
    env: { AWS_ACCESS_KEY_ID: "test-access-key", AWS_SECRET_ACCESS_KEY: "test-secret-not-a-secret" },
  },
});
