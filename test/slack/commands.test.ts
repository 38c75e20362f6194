import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCanary } from "#commands/canary";
import { GOLIVE_VERBS, parseGolive } from "#commands/golive";
import { parseRollback } from "#commands/rollback";
import { levenshtein, nearest } from "#src/release/nearest";

const SERVICES = ["support-docs", "billing-docs"];
const parse = (text: string) => parseGolive(text, SERVICES);

describe("/golive", () => {
  it.each([
    ["start", { kind: "start", service: null, run: null, config: null }],
    ["start support-docs", { kind: "start", service: "support-docs", run: null, config: null }],
    ["start run-7", { kind: "start", service: null, run: "run-7", config: null }],
    ["start run-7 v3", { kind: "start", service: null, run: "run-7", config: "v3" }],
    ["START  support-docs\u00a0run-7 v3", { kind: "start", service: "support-docs", run: "run-7", config: "v3" }],
    ["status", { kind: "status", service: null }],
    ["status billing-docs", { kind: "status", service: "billing-docs" }],
    ["manifest", { kind: "manifest", service: null }],
    ["manifest billing-docs", { kind: "manifest", service: "billing-docs" }],
    ["cancel", { kind: "cancel", service: null, reason: "" }],
    ["cancel the run is wrong", { kind: "cancel", service: null, reason: "the run is wrong" }],
    ["cancel support-docs wrong run", { kind: "cancel", service: "support-docs", reason: "wrong run" }],
    ["rerun prefix-leakage", { kind: "rerun", service: null, check: "prefix-leakage" }],
    ["rerun support-docs all", { kind: "rerun", service: "support-docs", check: "all" }],
    ["unlock support-docs", { kind: "unlock", service: "support-docs" }],
    ["slo", { kind: "slo", service: null }],
    ["SLO billing-docs", { kind: "slo", service: "billing-docs" }],
    ["schedule", { kind: "schedule", service: null }],
    ["schedule billing-docs", { kind: "schedule", service: "billing-docs" }],
    ["run smoke", { kind: "run", service: null, operation: "smoke" }],
    ["run billing-docs Few-Shot", { kind: "run", service: "billing-docs", operation: "few-shot" }],
    ["help", { kind: "help" }],
    ["", { kind: "help" }],
  ])("understands “%s”", (text, intent) => {
    expect(parse(text)).toEqual(intent);
  });

  it.each([
    ["strat", ["/golive start"]],
    ["stat", ["/golive start", "/golive status"]],
    ["cancle", ["/golive cancel"]],
    ["re-run", ["/golive rerun"]],
    ["deploy", []],
    ["manifset", ["/golive manifest"]],
    ["start suport-docs", ["/golive start support-docs"]],
    ["status suport-docs", ["/golive status support-docs"]],
    ["rerun", ["/golive rerun all"]],
    ["rerun a b", ["/golive rerun a"]],
    ["run", ["/golive run smoke"]],
    ["run smok", ["/golive run smoke"]],
    ["run smoke now", ["/golive run smoke"]],
    ["run everything", []],
    ["schedule suport-docs", ["/golive schedule support-docs"]],
  ])("answers “%s” with what was probably meant", (text, suggestions) => {
    const answer = parse(text);
    expect(answer.kind).toBe("problem");
    if (answer.kind === "problem") expect([...answer.nearest].sort()).toEqual([...suggestions].sort());
  });

  it("gives back the reason as typed, not as Slack escaped it", () => {
    expect(parse("cancel p99 &lt; 2s &amp;amp; falling")).toMatchObject({ reason: "p99 < 2s &amp; falling" });
  });

  it.each(["start a b c", "start support-docs a b c", "status nothing", "manifest nothing", "unlock everything"])(
    "refuses the extra words of “%s” instead of guessing",
    (text) => {
      expect(parse(text).kind).toBe("problem");
    },
  );

  it.each(["start run\u0000", "cancel \ud800", `cancel ${"x".repeat(5_000)}`])(
    "refuses what the journal could not store or nobody typed",
    (text) => {
      expect(parse(text).kind).toBe("problem");
    },
  );

  it("answers any text without throwing, quickly", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 5_000 }), (text) => {
        parse(text);
        parse(`start ${text}`);
        parse(`rerun ${text}`);
        parseCanary(text, SERVICES);
        parseCanary(`mute ${text}`, SERVICES);
        parseRollback(text, SERVICES);
        parseRollback(`support-docs ${text} --dry-run`, SERVICES);
      }),
    );
  });
});

const BACKUP = "bk_20261123T072641_abc234";

describe("/rollback", () => {
  const read = (text: string) => parseRollback(text, SERVICES);

  it.each([
    ["", { service: null, target: null, dryRun: false }],
    ["support-docs", { service: "support-docs", target: null, dryRun: false }],
    ["previous", { service: null, target: "previous", dryRun: false }],
    ["support-docs previous", { service: "support-docs", target: "previous", dryRun: false }],
    [BACKUP, { service: null, target: BACKUP, dryRun: false }],
    [`billing-docs ${BACKUP} --dry-run`, { service: "billing-docs", target: BACKUP, dryRun: true }],
    ["--dry-run previous", { service: null, target: "previous", dryRun: true }],
  ])("understands “%s”", (text, meant) => {
    expect(read(text)).toEqual({ kind: "rollback", ...meant });
  });

  it.each([
    ["pervious", ["/rollback previous"]],
    ["suport-docs", ["/rollback support-docs"]],
    ["support-docs pervious", ["/rollback support-docs previous"]],
    ["previous --dryrun", ["/rollback previous --dry-run"]],
    ["previous now", ["/rollback previous"]],
    ["--dry-run", ["/rollback previous --dry-run"]],
  ])("takes “%s” for none of it, and says what was probably meant", (text, suggestions) => {
    expect(read(text)).toMatchObject({ kind: "problem", nearest: suggestions });
  });

  it.each([
    "bk_20261123T072641_abc23",
    "bk_20261123_abc234",
    `${BACKUP}x`,
    BACKUP.toUpperCase(),
    "bk_20261123T072641_abc189",
  ])("takes “%s” for no backup's id: it hands the word on, so that the nearest ids can be named", (word) => {
    expect(read(`support-docs ${word}`)).toMatchObject({ kind: "problem", like: { service: "support-docs", word } });
  });

  it("takes nothing that says something else to be a target", () => {
    for (const text of [
      "PREVIOUS",
      "previous previous",
      "run-1",
      "support-docs billing-docs",
      "previous support-docs",
    ]) {
      expect(read(text).kind, text).toBe("problem");
    }
  });
});

describe("/canary", () => {
  const read = (text: string) => parseCanary(text, SERVICES);

  it.each([
    ["", { kind: "status", service: null }],
    ["status", { kind: "status", service: null }],
    ["STATUS support-docs", { kind: "status", service: "support-docs" }],
    ["pause", { kind: "pause", service: null, reason: "" }],
    [
      "pause support-docs the key was rotated",
      { kind: "pause", service: "support-docs", reason: "the key was rotated" },
    ],
    ["abort F1 fell", { kind: "abort", service: null, reason: "F1 fell" }],
    ["extend 24", { kind: "extend", service: null, hours: 24, reason: "" }],
    [
      "extend support-docs 24h too little traffic",
      { kind: "extend", service: "support-docs", hours: 24, reason: "too little traffic" },
    ],
    ["explain f1", { kind: "explain", service: null, kpi: "f1" }],
    ["acknowledge support-docs f1", { kind: "acknowledge", service: "support-docs", kpi: "f1" }],
    ["mute f1", { kind: "mute", service: null, kpi: "f1", hours: 1 }],
    ["mute support-docs f1 4", { kind: "mute", service: "support-docs", kpi: "f1", hours: 4 }],
    ["escalate f1", { kind: "escalate", service: null, kpi: "f1" }],
    ["help", { kind: "help" }],
  ])("understands “%s”", (text, intent) => {
    expect(read(text)).toEqual(intent);
  });

  it.each([
    ["statsu", ["/canary status"]],
    ["ack f1", ["/canary acknowledge"]],
    ["aknowledge f1", ["/canary acknowledge"]],
    ["status suport-docs", ["/canary status support-docs"]],
    ["extend", ["/canary extend 24"]],
    ["extend a day", ["/canary extend 24"]],
    ["extend 1.5", ["/canary extend 24"]],
    ["extend -3", ["/canary extend 24"]],
    ["explain", []],
    ["explain f1 p95_latency", ["/canary explain f1"]],
    ["mute f1 long", ["/canary mute f1 1"]],
    ["mute f1 1 2", ["/canary mute f1 1"]],
  ])("answers “%s” with what was probably meant", (text, suggestions) => {
    expect(read(text)).toMatchObject({ kind: "problem", nearest: suggestions });
  });
});

describe("the nearest word", () => {
  it("counts a swap of neighbours as one mistake", () => {
    expect(levenshtein("strat", "start")).toBe(1);
    expect(levenshtein("kitten", "sitting")).toBe(3);
  });

  it("is a distance: symmetric, zero only for the same word, at most the longer word", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        const distance = levenshtein(a, b);
        expect(levenshtein(b, a)).toBe(distance);
        expect(distance === 0).toBe(a === b);
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });

  it("suggests nothing for a word that is like none", () => {
    expect(nearest("xylophone", GOLIVE_VERBS)).toEqual([]);
  });
});
