import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exitOfSlos } from "#src/cli/slo";
import { sloText } from "#src/cli/slo-text";
import { createMetrics } from "#src/http/metrics";
import { budgetWords, sloLines, sloSentence } from "#src/operations/slo/lines";
import { alertOfSubject, alertSubject, type SloNote } from "#src/operations/slo/notes";
import { SLOS, type SloReading, type SloReport } from "#src/operations/slo/slo";
import type { Alert } from "#src/operations/slo/state";
import { NAMED } from "#src/operations/slo/titles";
import type { Resources } from "#src/resources/read-resources";
import { sloAlertMessage } from "#src/slack/blocks/slo-alert";
import { SLO_NOTE_KINDS, sloNoteMessage } from "#src/slack/blocks/slo-notes";
import { sloStatusReply } from "#src/slack/blocks/slo-status";
import { isSloSubject } from "#src/slack/ids";
import { budgetBreaches, messageBreaches, readText } from "#test/slack-blocks/check-limits";
import { NOW } from "#test/slo/world";

const reading = (id: SloReading["id"], changes: Partial<SloReading> = {}): SloReading => ({
  id,
  family: NAMED[id].family,
  kind: NAMED[id].kind,
  standing: "pass",
  value: "99.9 %",
  bar: "≥ 99.5 %",
  says: "10 of 10,000 requests got no answer; 50 may be.",
  events: 10_000,
  bad: 10,
  allowed: 0.005,
  budgetLeft: 0.8,
  spent: false,
  burn: [
    { hours: 1, rate: 0.2, peak: 0.2, events: 40, bad: 0 },
    { hours: 6, rate: 2.34, peak: 2.34, events: 240, bad: 3 },
  ],
  trend: "same",
  ...changes,
});
const report = (changes: Partial<SloReport> = {}): SloReport => ({
  service: "docs",
  at: NOW,
  windowDays: 28,
  slos: SLOS.map((id) => reading(id)),
  burning: [],
  spent: [],
  rolledUpAt: NOW - 60_000,
  ...changes,
});
const alert: Alert = {
  burn: {
    slo: "answered",
    severity: "page",
    longHours: 1,
    shortHours: 1 / 12,
    longRate: 40,
    shortRate: 41,
    threshold: 14.4,
  },
  budgetLeft: -0.2,
  says: "Requests answered: the error budget burns 40× as fast as it may over 1 h",
  onCall: [{ id: "U0ON", name: "Ona", kind: "member" }],
  channel: "C1",
  thread: null,
  version: 7,
  since: NOW,
  calm: null,
};

describe("SLOs in words", () => {
  it("show a budget that is touched as not whole, one that is nearly gone as not empty, and an overspent one below nothing", () => {
    expect([1, 0.999, 0.5, 0.001, 0, -0.6].map(budgetWords)).toEqual([
      "▇▇▇▇▇▇▇▇ 100 %",
      "▇▇▇▇▇▇▇▁ 99 %",
      "▇▇▇▇▁▁▁▁ 50 %",
      "▇▁▁▁▁▁▁▁ < 1 %",
      "▁▁▁▁▁▁▁▁ 0 %",
      "▁▁▁▁▁▁▁▁ −60 %",
    ]);
    expect(budgetWords(null)).toBe("–");
  });

  it("put what is missed first, what can't be told next, and count what can't be told apart from what is kept", () => {
    const slos = [
      reading("answered"),
      reading("p95_latency", { standing: "inconclusive", budgetLeft: null }),
      reading("throughput", { standing: "fail", budgetLeft: -1 }),
    ];
    expect(sloLines({ slos }).map(({ id }) => id)).toEqual(["throughput", "p95_latency", "answered"]);
    expect(sloSentence(report({ slos }))).toBe(
      "1 of 3 SLOs are kept over 28 days; missed: Throughput at peak; 1 can't be told",
    );
  });

  it("end the command with 0 only where every one is kept", () => {
    const one = (changes: Partial<SloReading>) => report({ slos: [reading("answered", changes)] });
    expect(exitOfSlos(one({}))).toBe(0);
    expect(exitOfSlos(one({ standing: "inconclusive" }))).toBe(3);
    expect(exitOfSlos(one({ standing: "fail" }))).toBe(1);
    expect(exitOfSlos({ ...one({}), spent: ["answered"] })).toBe(1);
    expect(exitOfSlos({ ...one({}), burning: [{ slo: "answered", severity: "page", since: NOW, says: "…" }] })).toBe(1);
  });

  it("are a table of a hundred columns on a terminal, with the reason of each that isn't kept", () => {
    const slos = [reading("p95_latency", { standing: "inconclusive", says: "Nothing to compare with: wait." })];
    const text = sloText(report({ slos: [reading("answered"), ...slos] }));
    expect(text).toMatch(/^answered +kept +99\.9 % +≥ 99\.5 % +▇▇▇▇▇▇▁▁ 80 % +0\.2× +2\.3× +→ same$/m);
    expect(text).toMatch(/^p95 latency \(p95_latency\): Nothing to compare with/m);
    for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(110);
  });
});

describe("SLOs in Slack", () => {
  it("answer /golive slo with a table of five columns that has value, budget, burn and a word for each standing, the worst first", () => {
    const reply = sloStatusReply(
      report({
        slos: SLOS.map((id, index) =>
          reading(id, { standing: (["pass", "fail", "inconclusive"] as const)[index % 3] ?? "pass" }),
        ),
        burning: [{ slo: "answered", severity: "page", since: NOW, says: "it burns" }],
      }),
    );
    const said = readText(reply.blocks);
    for (const word of [
      "kept",
      "missed",
      "can't be told",
      "99.9 % (≥ 99.5 %)",
      "80 %",
      "raised",
      "→ same",
      "burning",
    ]) {
      expect(said).toContain(word);
    }
    const table = reply.blocks.find((block) => block.type === "table");
    expect(table?.rows.map((row) => row.length)).toEqual(Array.from({ length: SLOS.length + 1 }, () => 5));
    expect(said.indexOf("missed")).toBeLessThan(said.indexOf("kept", said.indexOf("Burn")));
    expect(messageBreaches(reply.blocks)).toEqual([]);
    expect(readText(reply.fallback ?? [])).toContain("Requests answered");
  });

  it("say in one word how fast a budget goes: as its alert, else by its rates", () => {
    const burnOf = (changes: Partial<SloReading>, burning: SloReport["burning"] = []) => {
      const { blocks } = sloStatusReply(report({ slos: [reading("answered", changes)], burning }));
      const table = blocks.find((block) => block.type === "table");
      return readText(table === undefined ? [] : [table]).match(/(calm|raised|fast|slow|–)\s*$/)?.[1];
    };
    const rate = (at: number) => ({ burn: [{ hours: 1, rate: at, events: 40, bad: 0, peak: at }] });
    const alerted = (severity: "page" | "ticket") => [{ slo: "answered", severity, since: NOW, says: "it burns" }];
    expect([burnOf({ burn: [] }), burnOf(rate(0.9)), burnOf(rate(1.1))]).toEqual(["–", "calm", "raised"]);
    expect([burnOf(rate(0.1), alerted("page")), burnOf(rate(9), alerted("ticket"))]).toEqual(["fast", "slow"]);
  });

  it("stay within Slack's limits whatever a service is called and a sentence says", () => {
    const text = fc.string({ maxLength: 3_000, unit: "grapheme" });
    fc.assert(
      fc.property(text, text, (service, says) => {
        const slos = SLOS.map((id) => reading(id, { standing: "fail", says, value: says, bar: says }));
        const burning = Array.from({ length: 8 }, () => ({ slo: says, severity: "page" as const, since: NOW, says }));
        const reply = sloStatusReply(report({ service, slos, burning }));
        expect(messageBreaches(reply.blocks)).toEqual([]);
        expect(budgetBreaches(reply.blocks)).toEqual([]);
        const shown = sloAlertMessage({ service, alert: { ...alert, says }, now: null }, NOW, true);
        expect(messageBreaches(shown.blocks)).toEqual([]);
        for (const kind of SLO_NOTE_KINDS) {
          const note = { kind, slo: "answered", says, lock: "locked", because: "bot-removed" } as SloNote;
          expect(messageBreaches(sloNoteMessage(note, service).blocks)).toEqual([]);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("mention who is on call in an alert's first post alone, and never once it is calm", () => {
    const words = (changes: Partial<Alert>, isFirst: boolean) =>
      readText(
        sloAlertMessage(
          { service: "docs", alert: { ...alert, ...changes }, now: { reading: reading("answered"), windowDays: 28 } },
          NOW,
          isFirst,
        ).blocks,
      );
    expect(words({}, true)).toContain("<@U0ON>: somebody has to look.");
    expect(words({}, true)).toMatch(/The budget is overspent by 20 %; at 40× a whole budget lasts about 16\.8 h\./);
    expect(words({}, false)).not.toContain("<@");
    const calm = words(
      { calm: { at: NOW, says: "Requests answered is calm again; 10 % of the budget is left." } },
      true,
    );
    expect(calm).toContain("is calm again");
    expect(calm).not.toContain("<@");
  });

  it("say of a lock why it is there and how it is opened, and of one that waits, what it waits for", () => {
    const said = (lock: "locked" | "waits" | null) =>
      readText(
        sloNoteMessage({ kind: "slo-spent", slo: "answered", says: "The budget is spent: 99.2 %.", lock }, "docs")
          .blocks,
      );
    expect(said("locked")).toMatch(/spent: 99\.2 % in `docs`\..*next go-live is locked.*\/golive unlock docs/s);
    expect(said("waits")).toMatch(/What is under way goes on/);
    expect(said(null)).not.toMatch(/lock/);
  });

  it("find an alert again by its message's name, whatever the service is called", () => {
    const subject = alertSubject("docs-a/b", { version: 12 });
    expect(isSloSubject(subject)).toBe(true);
    expect(alertOfSubject(subject)).toEqual({ service: "docs-a/b", version: 12 });
    expect(alertOfSubject("sb_docs")).toBeNull();
    expect(alertOfSubject("op_1/2")).toBeNull();
  });
});

describe("SLOs in /metrics", () => {
  it("are gauges of what is known: a budget that can't be told is left out, and never whole", async () => {
    const own = { read: () => ({ eventLoopLagMs: 1, rssBytes: 1, cpuShare: 0.1 }), stop: () => undefined };
    const away = () => Promise.reject(new Error("away"));
    const resources = { samples: away, depths: away, models: away, now: away } as unknown as Resources;
    const slos = [
      reading("answered"),
      reading("p95_latency", { standing: "inconclusive", budgetLeft: null, burn: [] }),
    ];
    const burning = [{ slo: "answered", severity: "page" as const, since: NOW, says: "…" }];
    const meter = own as unknown as Parameters<typeof createMetrics>[0];
    const { body } = await createMetrics(
      meter,
      resources,
      null,
      async () => [],
      async () => [report({ slos, burning })],
    )();
    const lines = body.split("\n");
    for (const line of [
      'golive_slo_budget_left{service="docs",slo="answered"} 0.8',
      'golive_slo_burn_rate{service="docs",slo="answered",hours="6"} 2.34',
      'golive_slo_standing{service="docs",slo="p95_latency",standing="inconclusive"} 1',
      'golive_slo_alert{service="docs",slo="answered",severity="page"} 1',
    ]) {
      expect(lines).toContain(line);
    }
    expect(body).not.toContain('golive_slo_budget_left{service="docs",slo="p95_latency"}');
  });
});
