import { describe, expect, it } from "vitest";
import { createReplayGuard, type ReplayGuard, type ReplayVerdict } from "#src/slack/replay-guard";
import { handClock } from "#test/slack/bench";

const MINUTE = 60_000;
const signed = (name: string) => `v0=${name}`;

/** Judged, and acknowledged if it was let through. */
function arrive(guard: ReplayGuard, name: string, seconds: number): ReplayVerdict {
  const verdict = guard.judge(signed(name), seconds);
  if (verdict === "fresh") guard.settle(signed(name), true);
  return verdict;
}

describe("the replay guard", () => {
  it("lets a signature through once and refuses it for ten minutes", () => {
    const clock = handClock();
    const guard = createReplayGuard({ now: clock.now });
    const seconds = clock.now() / 1000;
    expect(arrive(guard, "a", seconds)).toBe("fresh");
    expect(arrive(guard, "a", seconds)).toBe("replayed");
    clock.pass(9 * MINUTE);
    expect(arrive(guard, "a", seconds)).toBe("replayed");
    expect(arrive(guard, "b", seconds)).toBe("fresh");
  });

  it("knows a signature however its header is dressed up", () => {
    const clock = handClock();
    const guard = createReplayGuard({ now: clock.now });
    arrive(guard, "a", clock.now() / 1000);
    expect(guard.judge("v0=a=something", clock.now() / 1000)).toBe("replayed");
  });

  it("refuses what is dated more than a minute ahead, and remembers nothing of it", () => {
    const clock = handClock();
    const guard = createReplayGuard({ now: clock.now });
    expect(guard.judge(signed("a"), (clock.now() + 61_000) / 1000)).toBe("future-dated");
    expect(guard.judge(signed("a"), (clock.now() + 59_000) / 1000)).toBe("fresh");
  });

  it("takes a request again that was not acknowledged", () => {
    const clock = handClock();
    const guard = createReplayGuard({ now: clock.now });
    guard.judge(signed("a"), clock.now() / 1000);
    guard.settle(signed("a"), false);
    expect(guard.judge(signed("a"), clock.now() / 1000)).toBe("fresh");
  });

  it("takes a redelivery in the same second while the first is unanswered, and none once one was answered", () => {
    const clock = handClock();
    const guard = createReplayGuard({ now: clock.now });
    const seconds = clock.now() / 1000;
    expect(guard.judge(signed("a"), seconds)).toBe("fresh");
    expect(guard.judge(signed("a"), seconds)).toBe("fresh");
    guard.settle(signed("a"), true);
    guard.settle(signed("a"), false);
    expect(guard.judge(signed("a"), seconds)).toBe("replayed");
  });

  it("forgets the oldest when it is full, and never grows past its capacity", () => {
    const clock = handClock();
    const guard = createReplayGuard({ now: clock.now, capacity: 3 });
    const seconds = clock.now() / 1000;
    for (const name of ["a", "b", "c", "d"]) arrive(guard, name, seconds);
    expect(guard.judge(signed("d"), seconds)).toBe("replayed");
    expect(guard.judge(signed("a"), seconds)).toBe("fresh");
  });
});
