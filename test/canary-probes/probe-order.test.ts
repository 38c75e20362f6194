import { describe, expect, it } from "vitest";
import { checkObservation } from "#src/canary/check-observation";
import { singleValue } from "#src/canary/measure";
import { isProbeTrace, probeTrace } from "#src/canary/probe-trace";
import { planProbes } from "#src/canary/probes/probe-order";
import { gold } from "#test/evaluation-run/records";

describe("the order of probes", () => {
  it("is drawn anew for each canary, and the same for the same one", () => {
    const all = Array.from({ length: 200 }, (_, index) => gold(`q${index}`));
    const [one, again, other] = [planProbes("a", all), planProbes("a", all.toReversed()), planProbes("b", all)];
    expect(again).toEqual(one);
    expect(other.map(({ question }) => question)).not.toEqual(one.map(({ question }) => question));
    const first = one.filter(({ firstArm }) => firstArm === "canary").length;
    expect(first).toBeGreaterThan(70);
    expect(first).toBeLessThan(130);
  });

  it("gives questions with endless ids a name that an observation can hold", () => {
    const [long, other] = planProbes("a", [gold("x".repeat(5_000)), gold("x".repeat(5_001))]);
    expect(long?.question).not.toBe(other?.question);
    const trace = probeTrace("can_1", long?.question ?? "", "baseline");
    const line = { at: "2026-03-28T12:00:00Z", arm: "baseline", trace_id: trace, query_id: long?.question };
    expect(checkObservation(line).ok).toBe(true);
  });
});

describe("probes among the traffic", () => {
  it("are no share of it", () => {
    const kpi = { id: "split", kind: "traffic-split", share: 0.1 } as const;
    const rest = { weight: 0.1, atEnd: "unrefuted", detect: 0.05, onBreach: "ask", owner: null } as const;
    const value = (trace_id: string) => {
      const checked = checkObservation({ at: "2026-03-28T12:00:00Z", arm: "canary", trace_id });
      if (!checked.ok) throw new Error(checked.refusal.sentence);
      return singleValue({ ...kpi, ...rest }, checked.observation);
    };
    expect(value("t-1")).toBe(1);
    expect(value(probeTrace("can_1", "q1", "canary"))).toBeNull();
    expect(isProbeTrace("probes/x")).toBe(false);
  });
});
