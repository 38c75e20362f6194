import { expect, test } from "vitest";
import { liveConfig } from "#src/operations/proposals/work/live-config";

test("a store that doesn't answer is waited for no longer than the signal says, at either question", async () => {
  const { signal } = new AbortController();
  const given: unknown[] = [];
  await liveConfig(
    {
      pointer: async (asked) => {
        given.push(asked);
        return { run: "r1", config: "c1" };
      },
      configVersions: async (asked) => {
        given.push(asked);
        return [];
      },
    },
    signal,
  );
  expect(given).toEqual([signal, signal]);
});
