import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { slowFirst } from "../support/slow-first.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The browser to drive; empty: the usual places. */
    readonly chromium: string;
    /** Where screenshots go. */
    readonly pictures: string;
  }
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const shown = join(root, "docs/pictures");
const kept = join(tmpdir(), "golive-pictures");

// biome-ignore lint/style/noDefaultExport: that is how vitest reads it
export default defineConfig({
  test: {
    root,
    include: ["test/browser/**/*.test.ts"],
    provide: {
      chromium: process.env.CHROMIUM_PATH ?? "",
      pictures: process.env.UPDATE_PICTURES === "1" ? shown : kept,
    },
    // Each test of a story begins where the one before ended.
    bail: 1,
    // Two stories at once ran into each other: presses came before what they rest on was there.
    maxWorkers: 1,
    sequence: { sequencer: slowFirst(["canary.test.ts", "evaluation-and-back.test.ts", "go-live.test.ts"]) },
    testTimeout: 400_000,
    hookTimeout: 600_000,
  },
});
