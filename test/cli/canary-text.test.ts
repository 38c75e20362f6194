import { describe, expect, it } from "vitest";
import { canaryViewJson } from "#src/cli/canary-json";
import { exitOfCanary } from "#src/cli/canary-report";
import { canaryViewText } from "#src/cli/canary-text";
import { COLUMNS } from "#src/cli/wrap";
import { breachOf, numbersOf, policy, reportOf, sightOf, viewOf, watch } from "#test/canary-words/view";
import * as w from "#test/release/world";

const everything = sightOf(
  policy.kpis.map(({ id }) =>
    reportOf(id, id === "p95_latency" ? { value: Number.POSITIVE_INFINITY, baseline: 2 } : {}),
  ),
);
const ended = (as: "passed" | "promoted" | "rolled-back" | "superseded") =>
  watch({
    standing: "ended",
    ended: {
      as,
      says: "Everything that was asked is there",
      proven: [],
      unrefuted: [],
      kpis: [],
      finding: { bucket: 1, digest: "d", hours: 48 },
      at: w.T0,
      by: w.omar,
    },
  });

describe("a canary on a terminal", () => {
  it("shows the hours, the traffic, every KPI in its unit, and what comes next, in 100 columns", () => {
    const text = canaryViewText(viewOf({ sight: everything }), w.T0);
    const lines = text.split("\n");
    expect(lines.slice(0, 2)).toEqual([
      "support-docs: canary #3 (cn_1) · watching",
      "run-b with c1 against run-a with c1",
    ]);
    expect(text).toContain("31 h 15 of 48 h with data on both arms");
    expect(text).toContain("84 of 130 questions asked of both");
    expect(lines.find((line) => line.startsWith("f1 "))).toMatch(
      /^f1 +unknown +\.56 +\.61 +\.61 ▁▂ +1240 +2\.3 points$/,
    );
    expect(lines.find((line) => line.startsWith("p95_latency"))).toMatch(/unknown +failed +2 s +2\.3 s /);
    expect(lines.at(-2)).toBe("Goes on watching for 16 h 45 with data on both arms.");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(COLUMNS);
  });

  it("shows what came late, and what keeps it from a pass whatever the numbers; in JSON, too", () => {
    const counts = {
      baseline: { counted: 93, failed: 0, late: 7, unpaired: 0 },
      canary: { counted: 100, failed: 0, late: 0, unpaired: 2 },
    };
    const view = viewOf({ sight: { ...everything, counts, doubts: ["7 % of it came late"] } });
    const text = canaryViewText(view, w.T0).replaceAll("\n", " ");
    expect(text).toContain("late: 7 of the baseline, 0 of the canary");
    expect(text).toContain("unpaired: 0 of the baseline, 2 of the canary");
    expect(text).toContain("Keeps it from a pass: 7 % of it came late.");
    expect(text).not.toContain("failed: 0");
    expect(canaryViewJson(true, view)).toMatchObject({ counts, doubts: ["7 % of it came late"] });
    expect(canaryViewJson(true, viewOf())).toMatchObject({ counts: null, doubts: [] });
  });

  it("says since when it can't be watched, and is not healthy then", () => {
    const view = viewOf({ canary: watch({ blind: { since: w.T0, says: "It is broken." } }) });
    expect(canaryViewText(view, w.T0)).toMatch(/Can't be watched since .* UTC: It is broken\./);
    expect(canaryViewJson(true, view).blind).toEqual({ since: new Date(w.T0).toISOString(), says: "It is broken." });
    expect(exitOfCanary(view)).toBe(3);
    expect(exitOfCanary(viewOf())).toBe(0);
  });

  it("before the first look says that nothing is known, of each KPI", () => {
    const text = canaryViewText(viewOf(), w.T0);
    expect(text).toContain("nothing was looked at yet");
    expect(text.match(/no data/g)).toHaveLength(policy.kpis.length);
  });

  it("tells a breach, who answered, who was told, what changed, and what people did", () => {
    const breach = breachOf("f1", {
      acknowledged: { by: w.omar, at: w.T0 },
      mutedUntil: w.T0 + w.HOUR,
      escalated: [{ step: "person", to: [w.ines], because: "unacknowledged", at: w.T0 }],
      worst: ["gold-17"],
    });
    const canary = watch({
      breaches: [breach],
      held: { by: w.omar, reason: "looking into it", at: w.T0 },
      impeded: "another rollback is under way",
      rollback: {
        rollback: "rb_1",
        kpi: "f1",
        why: "policy",
        reason: "F1 is below the baseline",
        at: w.T0,
        by: w.omar,
      },
    });
    const text = canaryViewText(viewOf({ canary, next: { kind: "rolling-back", rollback: "rb_1" } }), w.T0);
    const flat = text.replaceAll(/\s+/g, " ");
    for (const said of [
      "🛑 F1 is below the baseline in the canary of support-docs: .56 against .61",
      "acknowledged by Omar Reyes 2023-11-14 22:13 UTC; muted until 2023-11-14 23:13 UTC; told to Ines Falk",
      "Worst questions: gold-17.",
      "Held by Omar Reyes, 2023-11-14 22:13 UTC: looking into it",
      "Rollback rb_1 because of F1",
      "The rollback could not begin: another rollback is under way",
      "Changed since the last stable run: - reranker.top_n: 18 → 12",
      "Goes on trying to roll back.",
    ])
      expect(flat).toContain(said);
  });
});

describe("the document of --json", () => {
  it("has the keys of the contract; a p95 among the failed is null, and said to be beyond", () => {
    const document = canaryViewJson(true, viewOf({ sight: everything }));
    expect(document).toMatchObject({
      ok: true,
      service: "support-docs",
      canary: "cn_1",
      standing: "watching",
      verdict: "inconclusive",
      hours: 31.25,
      of: 48,
      breaches: [],
      next: { kind: "watches", hours_left: 16.75 },
      candidate: w.runB,
      baseline: w.runA,
      ended: null,
    });
    const kpis = Object.fromEntries(document.kpis.map((each) => [each.id, each]));
    expect(Object.keys(kpis.f1 ?? {})).toEqual(
      "id standing value beyond baseline threshold log_e bar n detectable".split(" "),
    );
    expect(kpis.p95_latency).toMatchObject({ value: null, beyond: true, baseline: 2 });
    expect(kpis.dedup_rate).toMatchObject({ threshold: [0.1, 0.35] });
    expect(kpis.budget_violation).toMatchObject({ value: 0, beyond: false, log_e: null, bar: null });
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  });

  it("without a monitor has the journal's numbers, also the one beyond", () => {
    const numbers = numbersOf("p95_latency", { value: null, beyond: true });
    const document = canaryViewJson(false, viewOf({ canary: watch({ standings: { p95_latency: numbers } }) }));
    expect(document.kpis.find(({ id }) => id === "p95_latency")).toMatchObject({ value: null, beyond: true, n: 1_240 });
    expect(document.kpis.find(({ id }) => id === "f1")).toMatchObject({ standing: "unknown", value: null, n: 0 });
  });
});

it("exits with 0 while it watches without a breach and after a good end, 1 for a breach, 3 where people decide", () => {
  const code = (canary = watch()) => exitOfCanary(viewOf({ canary }));
  expect(code()).toBe(0);
  expect(code(watch({ breaches: [breachOf("f1")] }))).toBe(1);
  expect(code(watch({ breaches: [breachOf("f1")], standing: "deciding" }))).toBe(1);
  expect(code(watch({ standing: "deciding" }))).toBe(3);
  expect(code(watch({ standing: "paused" }))).toBe(3);
  expect((["passed", "promoted", "rolled-back", "superseded"] as const).map((as) => code(ended(as)))).toEqual([
    0, 0, 1, 3,
  ]);
});
