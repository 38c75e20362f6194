import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createProbing } from "#src/canary/probes/probe-loop";
import type { CanaryWatch } from "#src/canary/watch/state";
import { createLog } from "#src/log";
import { watch } from "#test/canary-probes/probe-house";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A loop over a prober of the test's own. */
function loop(
  tick: (canary: CanaryWatch) => Promise<void>,
  open: () => Promise<CanaryWatch[]> = async () => [watch()],
) {
  const said: string[] = [];
  const ending = new AbortController();
  const log = createLog({ level: "warn", secrets: [], write: (line) => void said.push(line) });
  return { said, ending, ...createProbing({ prober: { tick }, open, ending, clock: { now: () => 1 }, log }) };
}

describe("the loop of the probes", () => {
  it("goes on after an error, which is logged, and doesn't keep one canary waiting for another", async () => {
    const ticked: string[] = [];
    const canaries = [watch({ id: "slow" }), watch({ id: "broken" })];
    let isDone = () => {};
    const probing = loop(
      async ({ id }) => {
        ticked.push(id);
        if (id === "broken") throw new Error("the database is gone");
        await new Promise<void>((done) => {
          isDone = done;
        });
      },
      async () => canaries,
    );
    probing.start();
    await vi.advanceTimersByTimeAsync(0);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(ticked).toEqual(["slow", "broken", "broken"]);
    expect(probing.said.filter((line) => line.includes("the database is gone"))).toHaveLength(2);
    isDone();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(ticked.filter((id) => id === "slow")).toHaveLength(2);
    isDone();
    await probing.stop();
  });

  it("survives that canaries can't be looked up", async () => {
    let looks = 0;
    const probing = loop(
      async () => {},
      async () => {
        looks += 1;
        if (looks === 1) throw new Error("no journal");
        return [];
      },
    );
    probing.start();
    await vi.advanceTimersByTimeAsync(0);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(looks).toBe(2);
    expect(probing.said.join("")).toContain("no journal");
    await probing.stop();
  });

  it("ends what is under way, and begins nothing any more", async () => {
    let ticks = 0;
    const probing = loop(async () => {
      ticks += 1;
      await new Promise((done) => probing.ending.signal.addEventListener("abort", done));
    });
    probing.start();
    await vi.advanceTimersByTimeAsync(0);
    await probing.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(ticks).toBe(1);
  });
});
