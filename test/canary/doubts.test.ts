import { describe, expect, it } from "vitest";
import { newCanary } from "#src/canary/canary-state";
import { DEFAULT_POLICY } from "#src/canary/default-policy";
import { doubtsOf } from "#src/canary/doubts";
import { replayCanary } from "#src/canary/replay";
import { type Line, record } from "#test/canary/recording";

function judged(lines: readonly Line[]) {
  const run = replayCanary(DEFAULT_POLICY, () => {});
  for (const line of lines) run.line(JSON.stringify(line));
  return run.end().report;
}
const standings = ({ kpis }: ReturnType<typeof judged>) =>
  Object.fromEntries(kpis.map(({ id, standing }) => [id, standing]));
const COMPARED = ["f1", "precision", "oracle_prefilter", "reader_used_gold", "p95_latency", "snapshot_breadth"];
const pairOf = (line: Line) => Number(line.trace_id.split("-")[1]);
const failing = (arm: string, each: number) => (line: Line) =>
  line.arm === arm && pairOf(line) % each === 0 ? { error: "timeout", scores: undefined } : {};

/** Five points worse than a baseline whose answers are right. */
const worse = (line: Line) => {
  const { f1 } = line.scores as { readonly f1: number };
  return line.arm === "canary" ? { scores: { ...(line.scores as object), f1: Math.max(0, f1 - 0.05) } } : {};
};

describe("a baseline that fails", () => {
  it("makes nothing healthy that is compared with it, and keeps from a pass with the reason", () => {
    // A twelfth of the answers counts 0: the candidate, 5 points worse, looks as good as the baseline.
    const report = judged(record({ change: (line) => ({ ...worse(line), ...failing("baseline", 12)(line) }) }));
    expect(report.verdict).toBe("inconclusive");
    expect(report.reasons).toContain(
      "the baseline failed 8.3 % of its requests: what is compared with it proves nothing good",
    );
    for (const id of COMPARED) expect(standings(report)[id], id).not.toBe("healthy");
    for (const id of COMPARED) expect([...report.proven, ...report.unrefuted]).not.toContain(id);
    // What needs no baseline is what it is.
    expect(standings(report)).toMatchObject({ prefix_leakage: "healthy" });
    expect(report.unrefuted).toContain("tool_schema");
  });

  it("is one above 2 %, and not of fewer than 50 requests", () => {
    const state = newCanary(DEFAULT_POLICY);
    const { baseline } = state.counts;
    Object.assign(baseline, { counted: 100, failed: 2 });
    expect(doubtsOf(state)).toEqual([]);
    Object.assign(baseline, { failed: 3 });
    expect(doubtsOf(state)).toHaveLength(1);
    Object.assign(baseline, { counted: 49, failed: 49 });
    expect(doubtsOf(state)).toEqual([]);
  });

  it("hides no breach, and a candidate that fails is no excuse", () => {
    const both = judged(
      record({ change: (line) => ({ ...failing("baseline", 20)(line), ...failing("canary", 2)(line) }) }),
    );
    expect(both.verdict).toBe("rollback");
    expect(standings(both).f1).toBe("breach");
    const alone = newCanary(DEFAULT_POLICY);
    Object.assign(alone.counts.canary, { counted: 100, failed: 50 });
    expect(doubtsOf(alone)).toEqual([]);
  });
});

describe("data that doesn't count", () => {
  it("keeps from a pass where more than 5 % of an arm came late", () => {
    const state = newCanary(DEFAULT_POLICY);
    Object.assign(state.counts.baseline, { counted: 95, late: 5 });
    expect(doubtsOf(state)).toEqual([]);
    Object.assign(state.counts.baseline, { counted: 93, late: 7 });
    expect(doubtsOf(state)).toEqual([
      "7 % of the baseline's requests came after their bucket was closed and count for nothing",
    ]);
  });

  it("keeps from a pass where something stored could not be read", () => {
    expect(doubtsOf({ ...newCanary(DEFAULT_POLICY), unreadable: 1 })).toEqual([
      "1 of the stored requests could not be read and count for nothing",
    ]);
  });
});
