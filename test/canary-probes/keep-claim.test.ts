import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { keepClaim } from "#src/canary/probes/keep-claim";
import { type Claim, LEASE_MS } from "#src/canary/probes/probe-ledger";
import { gold } from "#test/evaluation-run/records";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
});
afterEach(() => {
  vi.useRealTimers();
});

const claim: Claim = {
  canary: "can_1",
  place: 0,
  holder: "me",
  question: "q",
  gold: gold("q"),
  firstArm: "canary",
  tries: 0,
};

/** A question that is kept, with what the database says to each word of ours. */
function keep(renew: () => Promise<boolean>) {
  const outer = new AbortController();
  return { outer, ...keepClaim({ renew }, claim, outer.signal) };
}

describe("a question that is worked on", () => {
  it("is kept well within its lease, and let go of at the end", async () => {
    let words = 0;
    const kept = keep(async () => {
      words += 1;
      return true;
    });
    await vi.advanceTimersByTimeAsync(LEASE_MS);
    expect(words).toBeGreaterThanOrEqual(3);
    expect(kept.signal.aborted).toBe(false);
    kept.stop();
    const said = words;
    await vi.advanceTimersByTimeAsync(LEASE_MS);
    expect(words).toBe(said);
  });

  it("is given up as soon as it is somebody else's", async () => {
    const kept = keep(async () => false);
    await vi.advanceTimersByTimeAsync(LEASE_MS / 2);
    expect([kept.signal.aborted, kept.lost()]).toEqual([true, true]);
    kept.stop();
  });

  it("is given up before its lease ends where the database hears nothing; one word may be lost", async () => {
    let words = 0;
    const kept = keep(async () => {
      words += 1;
      if (words !== 2) throw new Error("gone");
      return true;
    });
    await vi.advanceTimersByTimeAsync(LEASE_MS);
    expect(kept.lost()).toBe(false);
    await vi.advanceTimersByTimeAsync(LEASE_MS / 4);
    expect(kept.lost()).toBe(true);
    kept.stop();
  });

  it("is not lost when the process ends: it is put back", () => {
    const kept = keep(async () => true);
    kept.outer.abort();
    expect([kept.signal.aborted, kept.lost()]).toEqual([true, false]);
    kept.stop();
  });
});
