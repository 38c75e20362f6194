import { describe, expect, it } from "vitest";
import { DEFAULT_POLICY } from "#src/canary/default-policy";
import { cautionOf, silentAfter } from "#src/canary/probes/probe-terms";

const MINUTE = 60_000;
const FEW_HOURS = /10 questions, each asked once, give 10 hours with data at most, of the 48/;

describe("what a canary's start says of its questions", () => {
  it("is for how many hours they are too few, after what they can't prove", () => {
    expect(cautionOf(DEFAULT_POLICY, 10, 60)).toMatch(FEW_HOURS);
    expect(cautionOf(DEFAULT_POLICY, 10, 60)).toMatch(
      /^10 different questions are few: .* people decide at the end\. 10 /,
    );
    expect(cautionOf(DEFAULT_POLICY, 10, null)).not.toMatch(FEW_HOURS);
    expect(cautionOf(DEFAULT_POLICY, 130, 60)).not.toMatch(/each asked once/);
    expect(cautionOf({ ...DEFAULT_POLICY, kpis: [] }, 130, 60)).toBeNull();
  });
});

describe("an arm", () => {
  it("is not silent between two probes, and otherwise as configured", () => {
    expect(silentAfter(60 * MINUTE, DEFAULT_POLICY, 130, 60)).toBe(60 * MINUTE);
    expect(silentAfter(15 * MINUTE, DEFAULT_POLICY, 130, 60)).toBeGreaterThan(43 * MINUTE);
    expect(silentAfter(60 * MINUTE, DEFAULT_POLICY, 10, 60)).toBeGreaterThan(5 * 60 * MINUTE);
    expect(silentAfter(15 * MINUTE, DEFAULT_POLICY, 130, null)).toBe(15 * MINUTE);
    expect(silentAfter(15 * MINUTE, DEFAULT_POLICY, 0, 60)).toBe(15 * MINUTE);
  });
});
