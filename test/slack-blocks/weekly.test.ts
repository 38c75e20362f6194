import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { WeeklyResult } from "#src/operations/weekly/result";
import { readWeeklyResult } from "#src/operations/weekly/work/result-schema";
import { fromMarkdown } from "#src/slack/blocks/markdown";
import { readStepItem, stepDoneModal, stepItem } from "#src/slack/blocks/sop-card";
import { weeklyDetails } from "#src/slack/blocks/weekly-details";
import { weeklyMessage } from "#src/slack/blocks/weekly-message";
import { ACTIONS } from "#src/slack/ids";
import { AT, omar, weeklyFinding, weeklyRun } from "#test/operations-weekly/story";
import { actionIds, budgetBreaches, messageBreaches, readText, viewBreaches } from "#test/slack-blocks/check-limits";
import { extreme } from "#test/slack-blocks/hostile";

type Finding = Awaited<ReturnType<typeof weeklyFinding>>;
let retrieval: Finding;
beforeAll(async () => {
  retrieval = await weeklyFinding(16, { gold: "missing", answer: "made-up" });
});

const drawn = (finding: Finding, changes: Parameters<typeof weeklyRun>[1] = {}, called = [omar]) => {
  const run = weeklyRun(finding, changes);
  return weeklyMessage(run, readWeeklyResult(run.finished?.result), AT + 60_000, called);
};

describe("the message of a weekly run", () => {
  it("says verdict, metric, cause with how sure, worst cases and what to do", () => {
    const message = drawn(retrieval);
    const text = readText(message.fallback);
    expect(message.text).toBe(
      "❌ fail · Weekly evaluation #3 of support-docs: Gold evidence found is 73.3 % against 100.0 % in the baseline, " +
        "below the floor of 85.0 %. And 10 more. Cause: retrieval (sure).",
    );
    expect(text).toContain("<@U0OMAR>: please look at it.");
    expect(text).toMatch(/\*Cause: retrieval \(sure\)\*: 100 % of the loss \(81 % to 100 %\)/);
    expect(text).toContain("❌ missed its bar · *gold evidence found*");
    expect(text).toContain("`case-001` How long does case-001 last?");
    expect(text).toContain("The gold passage is not in the snapshot (2 chunks), and was in the baseline's.");
    expect(text).toContain("📋 *The search no longer finds the passage that answers*");
    expect(text).toContain("`golive eval report ev_now --out report.html`");
    expect(actionIds(message.blocks).filter((id) => id === ACTIONS.sopStart)).toHaveLength(4);
    expect(readText(message.blocks)).toContain("Difference");
  });

  it("shows of each step what can be done now, and who did what", () => {
    const card = "gold-not-retrieved";
    const at = AT + 1_000;
    const message = drawn(retrieval, {
      steps: [
        { card, step: "read-the-worst", done: false, note: "", by: omar, at },
        { card, step: "read-the-worst", done: true, note: "Chunks end in the middle of <tables>.", by: omar, at },
        { card, step: "is-it-in-the-run", done: false, note: "", by: omar, at },
      ],
    });
    const ids = actionIds(message.blocks);
    expect(ids.filter((id) => id === ACTIONS.sopStart)).toHaveLength(2);
    expect(ids.filter((id) => id === ACTIONS.sopDone)).toHaveLength(1);
    expect(readText(message.blocks)).toMatch(
      /✅ done · 1\. Read the worst.*\nOmar Haddad <!date[^>]+>: Chunks end in the middle of &lt;tables&gt;\./,
    );
    expect(readText(message.blocks)).toContain("⏳ begun · 2.");
  });

  it("of a run that came to no evaluation is its sentence alone", () => {
    const run = weeklyRun(retrieval, {
      finished: { verdict: "inconclusive", summary: "The gold set is empty.", result: {}, at: AT },
    });
    const message = weeklyMessage(run, readWeeklyResult(run.finished?.result), AT, []);
    expect(readText(message.blocks)).toContain("⚠️ inconclusive · Weekly evaluation #3");
    expect(readText(message.blocks)).toContain("The gold set is empty.");
    expect(message.blocks).toHaveLength(3);
  });

  it("says which cause has no card, which card is broken, and what the search for better settings found", () => {
    const more = { withoutCard: ["generation"], brokenCards: ["sop/x.md:3: oops"], proposals: ["Proposal #4: more."] };
    const text = readText(drawn({ ...retrieval, result: { ...retrieval.result, ...more } as WeeklyResult }).blocks);
    expect(text).toContain("No SOP card is about generation");
    expect(text).toContain("A broken SOP card was left out: sop/x.md:3: oops");
    expect(text).toContain("🔧 Proposal #4: more.");
  });

  it("says of a search one sentence, and how it searched in Details alone; what is said of a worst case is indented", () => {
    const said = "The best of 125 settings is not proven better: difference +1.3, interval −4.7 to +7.1 points.";
    const result = { ...retrieval.result, proposals: [`${said} 125 settings, 5 folds.`] } as WeeklyResult;
    const text = readText(drawn({ ...retrieval, result }).blocks);
    expect(text).toContain(`🔧 ${said}`);
    expect(text).not.toContain("5 folds");
    expect(readText(weeklyDetails(weeklyRun(retrieval), result).blocks)).toContain(`• ${said} 125 settings, 5 folds.`);
    expect(text).toMatch(/`case-001` How long does case-001 last\?\n\u2003retrieval: /);
  });

  it("stays within the limits whatever anybody wrote", () => {
    fc.assert(
      fc.property(extreme(2_000), extreme(300), fc.integer({ min: 1, max: 3 }), (long, short, cards) => {
        const [card] = retrieval.result.cards;
        if (card === undefined) throw new Error("there is a card");
        const steps = Array.from({ length: 6 }, (_, at) => ({
          id: `step-${at}`,
          title: short,
          kind: "command" as const,
          command: short,
        }));
        const result: WeeklyResult = {
          ...retrieval.result,
          evaluation: short,
          pair: { run: short, config: short },
          cards: Array.from({ length: cards }, (_, at) => ({
            ...card,
            id: `card-${at}`,
            title: short,
            owner: short,
            body: long,
            steps,
          })),
          worst: retrieval.result.worst.map((each) => ({ ...each, id: short, question: long, says: long })),
          withoutCard: ["retrieval", "generation", "performance", "reliability", "governance"],
          brokenCards: [long, long, long],
          proposals: [long, long],
        };
        const note = { note: long, by: { ...omar, name: short }, at: AT };
        const done = Array.from({ length: 6 }, (_, at) => ({
          card: "card-0",
          step: `step-${at}`,
          done: true,
          ...note,
        }));
        const run = weeklyRun({ ...retrieval, summary: long, result }, { steps: done, service: short });
        const message = weeklyMessage(
          run,
          result,
          AT,
          Array.from({ length: 5 }, () => omar),
        );
        for (const blocks of [message.blocks, message.fallback]) {
          expect(messageBreaches(blocks)).toEqual([]);
          expect(budgetBreaches(blocks)).toEqual([]);
          expect(actionIds(blocks).filter((id) => id === ACTIONS.sopStart)).toHaveLength(6 * (cards - 1));
        }
        expect(viewBreaches(weeklyDetails(run, result))).toEqual([]);
        const [first] = result.cards;
        const [step] = first?.steps ?? [];
        if (first !== undefined && step !== undefined)
          expect(viewBreaches(stepDoneModal(run, first, step))).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});

describe("Details", () => {
  it("have every metric, tags, losses by cause, and what it was held to", () => {
    const view = weeklyDetails(weeklyRun(retrieval), retrieval.result);
    const text = readText(view.blocks);
    expect(viewBreaches(view)).toEqual([]);
    expect(text).toContain("*billing* F1 ");
    expect(text).toContain("*F1*: retrieval 26.7 points (16 cases)");
    expect(text).toMatch(/60 pairs of 60 answerable questions can't show losses below about/);
  });
});

describe("what a button carries", () => {
  it("is card and step, and nothing else is read as one", () => {
    expect(readStepItem(stepItem("answers-slow", "which-step"))).toEqual({ card: "answers-slow", step: "which-step" });
    for (const odd of ["", "a", "a/b/c", "A/b", "a/", "../x"]) expect(readStepItem(odd)).toBeNull();
  });
});

describe("Markdown", () => {
  it("becomes mrkdwn: unwrapped, bold, lists, headings, links, and no mention", () => {
    const text =
      "# Title\nOne **bold**\nline.\n\n1. First\n   goes on\n2. Second\n- point\n\n[docs](https://x.y/z) <!channel>";
    expect(fromMarkdown(text)).toBe(
      "*Title*\nOne *bold* line.\n\n1. First goes on\n2. Second\n• point\n\n<https://x.y/z|docs> &lt;!channel&gt;",
    );
  });

  it("leaves blocks of code as they are", () => {
    expect(fromMarkdown("```\na\n  b\n```\nc\nd")).toBe("```\na\n  b\n```\nc d");
  });
});
