import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { validateMessageBlocks, validateView } from "#sandbox/slack/block-kit/validate";
import type { CanaryView } from "#src/canary/watch/view";
import { canaryBreachMessage } from "#src/slack/blocks/canary-breach-message";
import { canaryMessage } from "#src/slack/blocks/canary-message";
import { CANARY_DECISIONS, canaryDecisionModal, canaryWhyModal } from "#src/slack/blocks/canary-modals";
import { canaryNoteMessage } from "#src/slack/blocks/canary-notes";
import { canaryStatusReply } from "#src/slack/blocks/canary-status";
import { ACTIONS } from "#src/slack/ids";
import { BUDGET } from "#src/slack/limits";
import {
  anyCanary,
  breached,
  canaryWatch,
  ended,
  f1Breach,
  longPolicy,
  omar,
  quiet,
  sightOf,
} from "#test/slack-blocks/canary-fixtures";
import { actionIds, budgetBreaches, messageBreaches, readText, viewBreaches } from "#test/slack-blocks/check-limits";
import { dan, mei, NOW } from "#test/slack-blocks/fixtures";
import { plan } from "#test/slack-blocks/rollback-fixtures";

const asSent = (value: unknown) => JSON.parse(JSON.stringify(value));
const noFile = () => false;
const message = (view: CanaryView) => canaryMessage(view, NOW);
const shown = (view: CanaryView) => readText(asSent(message(view).blocks));
const ids = (view: CanaryView) => actionIds(asSent(message(view).blocks));

function breachMessage(view: CanaryView, isFirst = false) {
  const drawn = canaryBreachMessage(view, "f1", NOW, isFirst);
  if (drawn === null) throw new Error("there is no breach of f1");
  return drawn;
}
const told = (view: CanaryView, isFirst = false) => readText(asSent(breachMessage(view, isFirst).blocks));
const buttons = (view: CanaryView) => actionIds(asSent(breachMessage(view).blocks));

type Rows = readonly (readonly { readonly text: string }[])[];
function rowsOf(view: CanaryView): string[][] {
  const table = asSent(message(view).blocks).find(({ type }: { type: string }) => type === "table");
  return (table.rows as Rows).map((row) => row.map(({ text }) => text));
}

describe("a canary's message", () => {
  test("says what is watched against what, the hours that count, the traffic, and what comes next", () => {
    const text = shown(quiet());
    expect(text).toContain("`run-b` (config `config-2`) against `run-a` (config `config-1`)");
    expect(text).toContain("*31 h 15 of 48 h* credited");
    expect(text).toContain("198 canary and 204 baseline requests in the last hour");
    expect(text).toContain("84 of 130 questions asked of both");
    expect(text).toContain("goes on watching for 16 h 45");
  });

  test("says what came late, and what keeps it from a pass; so does /canary status", () => {
    const { sight, ...view } = quiet();
    if (sight === null) throw new Error("nothing is seen");
    const counts = { ...sight.counts, baseline: { counted: 93, failed: 0, late: 7, unpaired: 3 } };
    const doubted = { ...view, sight: { ...sight, counts, doubts: ["7 % of it came late"] } };
    for (const text of [shown(doubted), readText(asSent(canaryStatusReply(doubted).blocks))]) {
      expect(text).toMatch(/late: \d+ canary, 7 baseline/);
      expect(text).toMatch(/unpaired: \d+ canary, 3 baseline/);
      expect(text).toContain("keeps it from a pass: 7 % of it came late");
    }
    expect(shown(quiet())).not.toContain("keeps it from a pass");
  });

  test("says that it can't be watched, since when and why, first of all", () => {
    const view = { ...quiet(), canary: { ...quiet().canary, blind: { since: NOW, says: "It is broken." } } };
    expect(shown(view)).toContain("Can't be watched");
    expect(shown(view)).toContain("It is broken.");
    expect(shown(view)).not.toContain("no breach");
    expect(message(view).text).toContain("can't be watched: It is broken.");
    const note = { kind: "canary-blind", since: NOW, says: "It is broken." } as const;
    const told = canaryNoteMessage(note, { service: "support-docs", to: "person", kpis: [] });
    expect(readText(asSent(told.blocks))).toMatch(/support-docs.*can't be watched.*It is broken\./s);
  });

  test("has a row per KPI with its standing as a word, what needs people first", () => {
    const [head, first, ...rest] = rowsOf(breached());
    expect(head).toEqual(["KPI", "Standing", "Canary", "Baseline", "Threshold", "Evidence", "n"]);
    expect(first).toEqual(["f1", "🛑 breach", ".56", ".61", ".61", "▁▂▃▅▇", "1,240"]);
    expect(rest).toHaveLength(11);
    expect(rest[0]?.slice(0, 2)).toEqual(["precision", "🟡 watching"]);
    expect(rest.at(-1)).toEqual(["prefix_leakage", "✅ healthy", "0", "0", "0", "–", "6,210"]);
  });

  test("says the same in lines for a Slack that refuses tables", () => {
    const text = readText(asSent(message(breached()).fallback));
    expect(text).toContain("🛑 breach · *f1* .56 against .61 · threshold .61 · evidence ▁▂▃▅▇ · n 1,240");
    expect(JSON.stringify(message(breached()).fallback)).not.toContain('"table"');
  });

  test("before anything was looked at claims nothing", () => {
    const text = shown({ ...quiet(), sight: null });
    expect(text).toContain("nothing was seen yet");
    expect(text).toContain("*0 h of 48 h* credited");
    expect(rowsOf({ ...quiet(), sight: null })[1]?.[1]).toBe("no data");
  });

  test("names a p95 that lies among the failed, and a number that nobody has", () => {
    const view = {
      ...quiet(),
      sight: sightOf({}, { p95_latency: { value: Number.POSITIVE_INFINITY, baseline: null } }),
    };
    const row = rowsOf(view).find(([id]) => id === "p95_latency");
    expect(row?.slice(2, 5)).toEqual(["failed", "–", "–"]);
  });

  test("says that the questions are too few for its tolerances", () => {
    expect(shown(quiet({ caution: "130 different questions are few." }))).toContain(
      "⚠️ 130 different questions are few.",
    );
  });

  test("offers only what can be done now", () => {
    expect(ids(quiet())).toEqual([
      ACTIONS.canaryPause,
      ACTIONS.canaryExtend,
      ACTIONS.canaryPromote,
      ACTIONS.canaryAbort,
    ]);
    const paused = { by: dan, reason: "the key was rotated", at: NOW };
    expect(ids(quiet({ standing: "paused", paused }))[0]).toBe(ACTIONS.canaryResume);
    expect(ids(breached({}, { kind: "rolling-back", rollback: "rb_1" }))).toEqual([]);
    expect(ids(ended("passed"))).toEqual([]);
    expect(ids(quiet({ members: { "on-call": [] } }))).toEqual([]);
  });

  test.each([
    ["passed", "✅ *Passed*", "Answers: `run-b`"],
    ["promoted", "by Omar Haddad", "Answers: `run-b`"],
    ["rolled-back", "🛑 *Rolled back*", "Answers: `run-a`"],
    ["superseded", "something else went live", "Passed after 48 h"],
  ] as const)("that is over as %s says how", (as, ...expected) => {
    for (const text of expected) expect(shown(ended(as))).toContain(text);
    expect(shown(ended(as))).toContain("Proven good enough: F1, p95 latency");
  });

  test("that is over never says that the baseline answers where nobody knows it", () => {
    const { canary, ...rest } = ended("rolled-back");
    const { ended: over } = canary;
    if (over === null) throw new Error("it is not over");
    const { live, ...before } = over;
    expect(shown({ ...rest, canary: { ...canary, ended: before } })).not.toContain("Answers");
  });

  test("held before another breach was found is in breach, and the other one is to be held and looked at", () => {
    const held = { by: dan, reason: "the key was rotated", at: NOW - 60_000 };
    const view = breached({ held, breaches: [f1Breach(), f1Breach({ kpi: "precision", foundAt: held.at })] });
    expect(shown(view)).toContain("🛑 *2 breaches*");
    expect(shown(view)).toContain("held by Dan Ito");
    expect(message(view).text).not.toContain("is held");
    expect(told(view, true)).toContain(": please look.");
    expect(told(view)).not.toContain("held by");
    expect(buttons(view)).toContain(ACTIONS.canaryHold);
    const older = asSent(canaryBreachMessage(view, "precision", NOW, true)?.blocks);
    expect(readText(older)).toContain("held by Dan Ito");
    expect(readText(older)).not.toContain("<@");
    expect(actionIds(older)).not.toContain(ACTIONS.canaryHold);
  });

  test("says who paused or held it and why, what an arm's silence means, and what keeps a rollback away", () => {
    const by = { by: dan, reason: "the key was rotated", at: NOW };
    expect(shown(quiet({ standing: "paused", paused: by }))).toContain("⏸ *Paused* by Dan Ito");
    expect(shown(breached({ held: by }, { kind: "waits-for-people", why: "held" }))).toContain("⏸ *Held* by Dan Ito");
    expect(shown(quiet({ silent: { baseline: NOW } }))).toContain("nothing was heard of the baseline since");
    const impeded = breached({ impeded: "The store is away." }, { kind: "rolling-back", rollback: "rb_1" });
    expect(shown(impeded)).toContain("*The rollback could not begin*: The store is away.");
  });

  test("whose window is over asks people, and says what is missing", () => {
    const window = {
      verdict: "inconclusive",
      reasons: ["f1 is not proven good enough"],
      kpis: [],
      finding: { bucket: 1, digest: "d", hours: 48 },
      at: NOW,
    } as const;
    const text = shown(quiet({ standing: "deciding", window }, { kind: "waits-for-people", why: "over" }));
    expect(text).toContain("people decide");
    expect(text).toContain("• f1 is not proven good enough");
    expect(text).toContain("promote the candidate, extend the window, or roll back");
  });

  test("mentions nobody, ever: it is drawn anew all the time", () => {
    fc.assert(fc.property(anyCanary, (view) => void expect(JSON.stringify(message(view))).not.toContain("<@U0CROWD")));
  });
});

describe("a breach's message", () => {
  test("says what, how it was proven, since when, how many, how far in, what changed and what comes", () => {
    const text = told(breached());
    expect(text).toContain("🛑 *F1 is below the baseline in the canary of support-docs*");
    expect(text).toContain(
      ".56 against .61 (threshold .61, proven: 1 in 4,000 if nothing were wrong, 1,240 graded pairs, 6 h 45 in)",
    );
    expect(text).toMatch(/since about <!date\^/);
    expect(text).toContain("*Changed since the last stable run*: reranker.top_n: 18 → 12");
    expect(text).toMatch(/\*Rolls back by itself\* <!date\^\d+\^.*unless somebody holds it/);
    expect(text).toContain("`gold-17` How long does an invitation to a workspace stay valid? · .20 against .90");
    expect(breachMessage(breached()).text).toMatch(
      /^🛑 F1 is below the baseline in the canary of support-docs: \.56 against \.61/,
    );
  });

  test("mentions the owner in the first post and never after, and nobody once somebody saw to it", () => {
    expect(told(breached(), true)).toContain(`<@${omar.id}>: please look.`);
    expect(told(breached(), true)).not.toContain(`<@${dan.id}>`);
    expect(told(breached())).not.toContain("<@");
    const acknowledged = { by: dan, at: NOW };
    expect(told(breached({ breaches: [f1Breach({ acknowledged })] }), true)).not.toContain("<@");
    expect(
      told({ ...breached(), canary: ended("rolled-back", { breaches: [f1Breach()] }).canary }, true),
    ).not.toContain("<@");
  });

  test("mentions the owner though the rollback began in the same moment, and not once it is under way", () => {
    const { foundAt } = f1Breach();
    const rollback = {
      rollback: "rb_1",
      kpi: "f1",
      why: "policy",
      reason: "F1 is worse",
      at: foundAt,
      by: dan,
    } as const;
    const under = (at: number) =>
      breached({ rollback: { ...rollback, at } }, { kind: "rolling-back", rollback: "rb_1" });
    expect(told(under(foundAt), true)).toContain(`<@${omar.id}>: please look.`);
    expect(told(under(foundAt + 1), true)).not.toContain("<@");
  });

  test("with nobody as owner or on call mentions who may decide, or else roll back", () => {
    const nobody = breached({ breaches: [f1Breach({ owner: null })], onCall: [] });
    const { rights } = nobody.canary;
    const may = (right: "canary" | "rollback") => ({
      ...rights,
      rights: { ...rights.rights, canary: [], rollback: [], [right]: ["ml-lead"] },
    });
    for (const right of ["canary", "rollback"] as const)
      expect(told({ ...nobody, canary: { ...nobody.canary, rights: may(right) } }, true)).toContain(
        `<@${omar.id}>: please look.`,
      );
  });

  test("that nobody owns, or whose owner's role is empty, mentions who is on call", () => {
    for (const view of [
      breached({ breaches: [f1Breach({ owner: null })] }),
      breached({ members: { "on-call": [dan, mei], "ml-lead": [] } }),
    ]) {
      expect(told(view, true)).toContain(`<@${dan.id}> <@${mei.id}>: please look.`);
    }
  });

  test("draws both arms with the band, one point per category, and marks the breach", () => {
    const chart = asSent(breachMessage(breached()).blocks).find(
      ({ type }: { type: string }) => type === "data_visualization",
    );
    expect(chart.chart.series.map(({ name }: { name: string }) => name)).toEqual([
      "Canary",
      "Baseline",
      "Baseline, upper end",
      "Baseline, lower end",
    ]);
    expect(chart.chart.axis_config.categories.filter((label: string) => label.endsWith(" breach"))).toHaveLength(1);
    expect(chart.chart.axis_config.categories).toHaveLength(8);
  });

  test("is drawn in characters where Slack refuses charts, and without any where there are no points", () => {
    const { fallback } = breachMessage(breached());
    expect(JSON.stringify(fallback)).not.toContain("data_visualization");
    expect(readText(asSent(fallback))).toMatch(/canary {3}[▁-▇]{8}\nbaseline [▁-▇]{8}/u);
    expect(JSON.stringify(breachMessage({ ...breached(), sight: null }).blocks)).not.toContain("data_visualization");
  });

  test("shows 20 points around the breach of a long canary", () => {
    const points = Array.from({ length: 48 }, (_, hour) => ({
      at: NOW + hour * 3_600_000,
      value: 0.5,
      baseline: 0.6,
      band: 0.01,
    }));
    const view = breached({ breaches: [f1Breach({ at: NOW + 10 * 3_600_000 })] });
    const sight = sightOf({ series: { f1: points } });
    const chart = asSent(breachMessage({ ...view, sight }).blocks).find(
      ({ type }: { type: string }) => type === "data_visualization",
    );
    const { categories } = chart.chart.axis_config;
    expect(categories).toHaveLength(16);
    expect(categories[10]).toMatch(/ breach$/);
  });

  test("offers what can be done now: no Hold where nothing comes by itself, and only Why? once it is over", () => {
    expect(buttons(breached())).toEqual([
      ACTIONS.canaryAbort,
      ACTIONS.canaryHold,
      ACTIONS.canaryAcknowledge,
      ACTIONS.canaryMute,
      ACTIONS.canaryEscalate,
      ACTIONS.canaryWhy,
    ]);
    const seen = { by: dan, at: NOW };
    const held = { ...seen, reason: "we look at it" };
    const breaches = [f1Breach({ acknowledged: seen, mutedUntil: NOW + 1 })];
    expect(buttons(breached({ breaches, held }, { kind: "waits-for-people", why: "held" }))).toEqual([
      ACTIONS.canaryAbort,
      ACTIONS.canaryWhy,
    ]);
    expect(buttons(breached({}, { kind: "rolling-back", rollback: "rb_1" }))).toEqual([ACTIONS.canaryWhy]);
    expect(buttons(ended("rolled-back", { breaches: [f1Breach()] }))).toEqual([ACTIONS.canaryWhy]);
  });

  test("says who acknowledged, held and was told, and that the evidence became less", () => {
    const seen = { by: dan, at: NOW };
    const escalated = [{ to: [omar], step: "person", because: "unacknowledged", at: NOW } as const];
    const view = breached(
      { breaches: [f1Breach({ acknowledged: seen, escalated })], held: { ...seen, reason: "the reader's key" } },
      { kind: "waits-for-people", why: "held" },
      { standing: "breach", value: 0.6, baseline: 0.61, logE: 1.2, n: 1_500 },
    );
    expect(told(view)).toContain("acknowledged by Dan Ito");
    expect(told(view)).toContain("⏸ held by Dan Ito");
    expect(told(view)).toContain("to Omar Haddad: nobody had acknowledged it");
    expect(told(view)).toContain("By now .60 against .61: the evidence has become less");
  });

  test("of a KPI that isn't in breach is none", () => {
    expect(canaryBreachMessage(breached(), "precision", NOW, true)).toBeNull();
  });
});

describe("windows", () => {
  test("a rollback shows what changes and what doesn't before anybody confirms it", () => {
    const text = readText(asSent(canaryDecisionModal(breached(), "abort", { plan })));
    expect(text).toContain("back to `run-a`");
    expect(text).toContain("The configuration with it: config-2 → config-1");
    expect(text).toContain("nothing of them is deleted");
  });

  test("a promotion over a breach is said to be a waiver", () => {
    expect(readText(asSent(canaryDecisionModal(breached(), "promote")))).toContain("This waives what was proven: *F1*");
    expect(readText(asSent(canaryDecisionModal(quiet(), "promote")))).not.toContain("waives");
  });

  test("Why? explains in plain words, and says so where there is no such KPI", () => {
    expect(readText(asSent(canaryWhyModal(breached(), "f1")))).toContain("1 in 4,000 if nothing were wrong");
    expect(readText(asSent(canaryWhyModal(breached(), "f2")))).toContain("This canary has no KPI `f2`");
  });
});

describe("limits", () => {
  const longest = (): CanaryView => ({
    ...quiet({
      policy: longPolicy,
      service: "s".repeat(40),
      caution: "c".repeat(2_000),
      breaches: longPolicy.kpis.map(({ id }) => f1Breach({ kpi: id })),
    }),
    sight: sightOf({}, {}, longPolicy),
  });

  test("30 KPIs with names as long as they get fit, and what doesn't is counted", () => {
    for (const blocks of [message(longest()).blocks, message(longest()).fallback]) {
      expect(budgetBreaches(blocks)).toEqual([]);
      expect(messageBreaches(asSent(blocks))).toEqual([]);
    }
    const all = rowsOf({ ...quiet({ policy: longPolicy }), sight: sightOf({}, {}, longPolicy) }).length - 1;
    const hidden = Number(
      /… and (\d+) more KPIs/.exec(
        shown({ ...quiet({ policy: longPolicy }), sight: sightOf({}, {}, longPolicy) }),
      )?.[1] ?? 0,
    );
    expect(all + hidden).toBe(30);
  });

  test("any canary's messages stay within the budget and Slack's limits, whatever the texts are", () => {
    fc.assert(
      fc.property(anyCanary, fc.boolean(), (view, isFirst) => {
        const [first] = view.canary.breaches;
        const drawn = [
          message(view),
          ...(first === undefined ? [] : [canaryBreachMessage(view, first.kpi, NOW, isFirst)]),
          canaryStatusReply(view),
        ].flatMap((each) => (each === null ? [] : [each]));
        for (const { text, blocks, fallback } of drawn) {
          expect(text.length).toBeLessThanOrEqual(BUDGET.message.text);
          expect(text).not.toMatch(/<!channel>|<@U0DAN001>/);
          for (const form of [blocks, fallback ?? []]) {
            const sent = asSent(form);
            expect(budgetBreaches(sent)).toEqual([]);
            expect(messageBreaches(sent)).toEqual([]);
            expect(validateMessageBlocks(sent, noFile)).toMatchObject({ ok: true });
            // A header and a table's cells are plain text: Slack reads no markup in them.
            const marked = sent.filter(({ type }: { type: string }) => type !== "header" && type !== "table");
            expect(JSON.stringify(marked)).not.toMatch(/"text":"[^"]*(<!channel>|<@U0DAN001>)/);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  test("any window stays within Slack's limits", () => {
    fc.assert(
      fc.property(anyCanary, fc.constantFrom(...CANARY_DECISIONS), (view, decision) => {
        const views = [
          canaryDecisionModal(view, decision, { plan }),
          canaryDecisionModal(view, decision),
          canaryWhyModal(view, view.canary.policy.kpis[0]?.id ?? "f1"),
        ];
        for (const each of views) {
          expect(viewBreaches(asSent(each))).toEqual([]);
          expect(validateView(asSent(each), "modal", noFile)).toMatchObject({ ok: true });
        }
      }),
      { numRuns: 40 },
    );
  });

  test("a canary that is 40 characters long by name has a canary's message at all", () => {
    expect(
      message({ ...quiet(), canary: canaryWatch({ service: "s".repeat(40) }) }).metadata.event_payload,
    ).toMatchObject({
      service: "s".repeat(40),
    });
  });
});
