import { describe, expect, it } from "vitest";
import type { Kpi } from "#src/canary/kpi";
import { sayBreach, sayRecovery } from "#src/canary/words/breach";
import { evidenceBar, oddsWords } from "#src/canary/words/evidence";
import { canaryWord, kpiName, standingWord } from "#src/canary/words/names";
import { hoursText, sayHours, sayNext } from "#src/canary/words/time";
import { detectableWords, sayThreshold, sayValue } from "#src/canary/words/values";
import { breachOf, kpi, numbersOf, policy, reportOf, sightOf, split, viewOf, watch } from "#test/canary-words/view";
import * as w from "#test/release/world";

const when = () => "14:20";

describe("what a KPI is called", () => {
  it("has a name for each of the shipped policy, and the id behind where one is declared under its own", () => {
    expect(policy.kpis.map(kpiName)).toEqual([
      "gold evidence before filtering",
      "answers resting on gold evidence",
      "F1",
      "precision",
      "p95 latency",
      "tool calls that keep their schema",
      "tool calls with an intent line",
      "changes without a dry run",
      "deduplication",
      "snapshot breadth",
      "budget violations",
      "prefix leakage",
      "share of the traffic",
      "faithfulness (grounded)",
    ]);
    expect(kpiName({ ...kpi("f1"), id: "f1_strict" })).toBe("F1 (f1_strict)");
  });

  it("says no data instead of unknown where nothing was counted", () => {
    expect([standingWord("unknown", 0), standingWord("unknown", 9), standingWord("breach", 9)]).toEqual([
      "no data",
      "unknown",
      "breach",
    ]);
  });
});

describe("values", () => {
  it("are written in the KPI's own unit", () => {
    const said: readonly [Kpi, number | null, string][] = [
      [kpi("f1"), 0.56, ".56"],
      [kpi("f1"), 0.5618, ".562"],
      [kpi("f1"), 1, "1"],
      [kpi("f1"), 0, "0"],
      [kpi("f1"), 0.9, ".90"],
      [kpi("f1"), null, "no data"],
      [kpi("p95_latency"), 2.409, "2.41 s"],
      [kpi("p95_latency"), 35.06, "35.1 s"],
      [kpi("p95_latency"), Number.POSITIVE_INFINITY, "among the failed"],
      [kpi("intent_line"), 0.98974, "98.97 %"],
      [kpi("dedup_rate"), 0.4, "40 %"],
      [kpi("snapshot_breadth"), 52.34, "52.3"],
      [kpi("budget_violation"), 1_200, "1,200"],
      [split, 0.102, "10.2 %"],
    ];
    for (const [of, value, text] of said) expect(sayValue(of, value), of.id).toBe(text);
  });

  it("a threshold is the level beside the baseline, and words where there is none to stand beside", () => {
    const said: readonly [string, number | null, string][] = [
      ["f1", 0.61, ".61"],
      ["f1", null, "the baseline"],
      ["precision", 0.61, ".59"],
      ["precision", 0.01, "0"],
      ["precision", null, "2 points below the baseline"],
      ["p95_latency", 2, "2.3 s"],
      ["p95_latency", Number.POSITIVE_INFINITY, "1.15 × the baseline's"],
      ["tool_schema", null, "95 %"],
      ["dedup_rate", 0.2, "10 to 35 %"],
      ["snapshot_breadth", 50, "40 to 60"],
      ["snapshot_breadth", null, "± 20 % of the baseline's"],
      ["budget_violation", 0, "0"],
      ["traffic_split", 0.9, "10 %"],
    ];
    for (const [id, baseline, text] of said) expect(sayThreshold(kpi(id), baseline), id).toBe(text);
  });

  it("the smallest change that could be seen is in the KPI's unit, and unknown rather than zero without data", () => {
    expect(detectableWords(kpi("f1"), 0.0234)).toBe("2.3 points");
    expect(detectableWords(kpi("f1"), 0.01)).toBe("1 point");
    expect(detectableWords(kpi("p95_latency"), 0.031)).toBe("3.1 points more requests beyond it");
    expect(detectableWords(kpi("snapshot_breadth"), 0.124)).toBe("12 % of the baseline's");
    expect(detectableWords(kpi("prefix_leakage"), null)).toBe("a single one");
    expect(detectableWords(kpi("f1"), null)).toBe("too little data to say");
  });
});

describe("evidence", () => {
  it("is rounded down, so that it never claims more than there is", () => {
    expect(oddsWords(Math.log(4_000))).toBe("1 in 4,000 if nothing were wrong");
    expect(oddsWords(Math.log(4_099))).toBe("1 in 4,000 if nothing were wrong");
    expect(oddsWords(Math.log(3_999))).toBe("1 in 3,900 if nothing were wrong");
    expect(oddsWords(Math.log(2.9))).toBe("1 in 2 if nothing were wrong");
    expect(oddsWords(1_000)).toBe("1 in a trillion if nothing were wrong");
    for (const nothing of [null, 0, -6.8, Number.NaN, Number.NEGATIVE_INFINITY])
      expect(oddsWords(nothing)).toBe("no evidence so far");
  });

  it("fills its bar only with a proof", () => {
    const bar = Math.log(80);
    expect(evidenceBar(bar, bar)).toBe("▁▂▃▅▇");
    expect(evidenceBar(bar * 0.999, bar)).toBe("▁▂▃▅");
    expect(evidenceBar(bar * 0.45, bar)).toBe("▁▂");
    expect([evidenceBar(0, bar), evidenceBar(-3, bar), evidenceBar(Number.NaN, bar), evidenceBar(1, 0)]).toEqual([
      "·",
      "·",
      "·",
      "·",
    ]);
    expect(evidenceBar(null, null)).toBe("–");
  });
});

describe("time", () => {
  it("is told in hours of the canary's own clock", () => {
    expect(sayHours(31.25, 48)).toBe("31 h 15 of 48 h");
    expect([hoursText(0), hoursText(0.5), hoursText(6 + 1 / 12)]).toEqual(["0 h", "30 min", "6 h 05"]);
  });

  it("says what comes by itself, for every next step", () => {
    const say = (next: Parameters<typeof sayNext>[0]["next"], canary = watch()) => sayNext({ canary, next }, w.T0);
    expect(say({ kind: "rolls-back", at: w.T0 + 5 * w.MINUTE, kpi: "f1", why: "policy" })).toBe(
      "Rolls back by itself in 5 min because of F1, unless held.",
    );
    expect(say({ kind: "rolls-back", at: w.T0 - 1, kpi: "f1", why: "unanswered" })).toBe(
      "Rolls back by itself any moment because of F1, unless somebody acknowledges, holds or decides.",
    );
    expect(say({ kind: "escalates", at: w.T0 + w.HOUR, kpi: "gone" })).toBe(
      "Tells the next person in 1 h if nobody acknowledges gone.",
    );
    expect(say({ kind: "rolling-back", rollback: "rb_1" })).toBe("Rolling back now (rollback rb_1).");
    expect(say({ kind: "rolling-back", rollback: "rb_1" }, watch({ impeded: "the store is away" }))).toMatch(
      /^Goes on trying/,
    );
    expect(say({ kind: "waits-for-people", why: "the window is over" })).toBe("Waits for people: the window is over.");
    expect(say({ kind: "watches", hoursLeft: 16.75 })).toBe("Goes on watching for 16 h 45 with data on both arms.");
    expect(say({ kind: "watches", hoursLeft: 0 })).toMatch(/last bucket/);
  });

  it("has a word for where the canary itself stands", () => {
    const breaches = [breachOf("f1")];
    const held = { by: w.omar, reason: "looking", at: w.T0 + w.MINUTE };
    const words = [
      viewOf(),
      viewOf({ canary: watch({ breaches }) }),
      viewOf({ canary: watch({ breaches, held }) }),
      viewOf({ canary: watch({ breaches, held: { ...held, at: w.T0 } }) }),
      viewOf({ canary: watch({ standing: "paused" }) }),
      viewOf({ canary: watch({ standing: "deciding" }) }),
      viewOf({ next: { kind: "rolling-back", rollback: "rb_1" } }),
    ].map(canaryWord);
    expect(words).toEqual(["watching", "breach", "held", "breach", "paused", "people decide", "rolling back"]);
  });
});

describe("a breach", () => {
  const breached = (id: string, numbers = numbersOf(id)) =>
    viewOf({ canary: watch({ breaches: [breachOf(id, { numbers })] }) });
  const say = (id: string, numbers = numbersOf(id)) => sayBreach(breached(id, numbers), id, when);

  it("is one sentence: which KPI, value, baseline, threshold, evidence, since when, of how many", () => {
    expect(say("f1")).toBe(
      "F1 is below the baseline in the canary of support-docs: .56 against .61 (threshold .61, proven: 1 in 4,000 if nothing were wrong, " +
        "1,240 graded pairs, 6 h 40 in), since about 14:20.",
    );
  });

  it("is said for every kind", () => {
    expect(say("precision")).toMatch(/^Precision is more than 2 points below the baseline .*threshold \.59,/);
    expect(say("oracle_prefilter")).toMatch(/^Gold evidence before filtering is below the baseline/);
    expect(say("p95_latency", numbersOf("p95_latency", { value: null, beyond: true, baseline: 2 }))).toMatch(
      /^P95 latency is more than 1\.15 × the baseline's .*: among the failed against 2 s \(threshold 2\.3 s,/,
    );
    expect(say("tool_schema", numbersOf("tool_schema", { value: 0.9, baseline: null }))).toMatch(
      /^Tool calls that keep their schema: fewer than 95 % .*: 90 % \(threshold 95 %/,
    );
    expect(say("dedup_rate", numbersOf("dedup_rate", { value: 0.5 }))).toMatch(/^Deduplication is outside 10 to 35 %/);
    expect(say("snapshot_breadth", numbersOf("snapshot_breadth", { value: 20, baseline: 50 }))).toMatch(
      /^Snapshot breadth is more than 20 % off the baseline's .*: 20 against 50 \(threshold 40 to 60/,
    );
    expect(say("snapshot_breadth", numbersOf("snapshot_breadth", { logE: 0 }))).toMatch(
      /^Snapshot breadth is pinned to one number .*seen, not inferred/,
    );
    expect(say("budget_violation", numbersOf("budget_violation", { value: 1, n: 1 }))).toBe(
      "Budget violations must not happen, and did in the canary of support-docs: 1 seen (the first one is a breach, 1 request, 6 h 40 in), " +
        "since about 14:20.",
    );
    expect(say("traffic_split", numbersOf("traffic_split", { value: 0.2 }))).toMatch(
      /^Share of the traffic is not 10 %/,
    );
  });

  it("of a KPI that the policy doesn't know is still said, by its id", () => {
    expect(say("f1", numbersOf("f1"))).toMatch(/^F1/);
    const canary = watch({ breaches: [breachOf("f1", { kpi: "<!channel> __proto__" })] });
    expect(sayBreach(viewOf({ canary }), "<!channel> __proto__", when)).toBe(
      "<!channel> __proto__ is breached in the canary of support-docs: 6 h 40 in, since about 14:20.",
    );
    expect(sayBreach(viewOf(), "constructor", when)).toBe("constructor is not breached.");
  });

  it("says when it looks better by now, and that the proof stays", () => {
    const canary = watch({ breaches: [breachOf("f1")] });
    const recovered = viewOf({
      canary,
      sight: sightOf([reportOf("f1", { standing: "breach", value: 0.605, logE: 1 })]),
    });
    expect(sayRecovery(recovered, { kpi: "f1" })).toMatch(/^By now \.605 against \.61: .* not taken back/);
    expect(sayRecovery(viewOf({ canary }), { kpi: "f1" })).toBeNull();
  });
});
