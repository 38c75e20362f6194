import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { validateMessageBlocks, validateView } from "#sandbox/slack/block-kit/validate";
import type { RollbackView } from "#src/rollback/view";
import { rollbackChoicesModal } from "#src/slack/blocks/rollback-choices";
import { rollbackMessage } from "#src/slack/blocks/rollback-message";
import { ROLLBACK_NOTE_KINDS, rollbackNoteMessage, rollbackStoryMessage } from "#src/slack/blocks/rollback-notes";
import {
  rollbackBreakGlassModal,
  rollbackPlanModal,
  rollbackPlanReply,
  rollbackWithdrawModal,
} from "#src/slack/blocks/rollback-plan-modal";
import { ACTIONS } from "#src/slack/ids";
import { BUDGET } from "#src/slack/limits";
import { actionIds, budgetBreaches, messageBreaches, readText, viewBreaches } from "#test/slack-blocks/check-limits";
import { dan, mei, NOW, rina } from "#test/slack-blocks/fixtures";
import { extreme } from "#test/slack-blocks/hostile";
import { anyRollback, ended, plan, running, waiting } from "#test/slack-blocks/rollback-fixtures";

const message = (view: RollbackView) => rollbackMessage(view, NOW);
const shown = (view: RollbackView) => readText(message(view).blocks);
const plainly = (view: RollbackView) => readText(message(view).fallback ?? []);
const asSent = (value: unknown) => JSON.parse(JSON.stringify(value));
const noFile = () => false;

type Tasks = readonly { readonly title: string; readonly status: string }[];
function tasksOf(view: RollbackView): Tasks {
  const block = message(view).blocks.find(({ type }) => type === "plan");
  return asSent(block?.type === "plan" ? block.tasks : []);
}

describe("a rollback that waits", () => {
  test("says from where to where, what changes, what doesn't, and mentions only whoever has to act", () => {
    const text = shown(waiting());
    expect(text).toContain("✍️ *Waiting for a confirmation*");
    expect(text).toContain("from `run-b` (config `config-2`) back to `run-a` (config `config-1`)");
    expect(text).toContain("The configuration with it: config-2 → config-1");
    expect(text).toContain("nothing of them is deleted");
    expect(text).toContain(`<@${dan.id}> <@${mei.id}>`);
    expect(text).not.toContain(`<@${rina.id}>`);
    expect(text).toContain("Omar Haddad can break the glass");
  });

  test("has the three buttons, and a last question that names the way", () => {
    const { blocks } = message(waiting());
    expect(actionIds(blocks)).toEqual([ACTIONS.rollbackConfirm, ACTIONS.rollbackBreakGlass, ACTIONS.rollbackWithdraw]);
    expect(JSON.stringify(blocks)).toContain("Take support-docs back?");
  });

  test("says so when nobody may confirm it, and draws no button that nobody could use", () => {
    const view = waiting({ members: { "on-call": [], "ml-lead": [] } });
    expect(shown(view)).toContain("Nobody may confirm it");
    expect(actionIds(message(view).blocks)).toEqual([ACTIONS.rollbackWithdraw]);
  });

  test("says who stands for breaking the glass", () => {
    expect(shown(waiting({ glass: [mei] }))).toContain("🛑 Mei Sato stands for breaking the glass");
  });
});

describe("a rollback under way", () => {
  test("shows each step as a task: done with its time, running, pending", () => {
    expect(tasksOf(running(2)).map(({ title, status }) => [title, status])).toEqual([
      ["Hold go-lives · done in 0.6 s", "complete"],
      ["Flip the pointer back · done in 0.6 s", "complete"],
      ["See the service answer from it · running", "in_progress"],
      ["Clear caches · pending", "pending"],
      ["Smoke evaluation · pending", "pending"],
      ["Prove it against the baseline · pending", "pending"],
      ["Incident document · pending", "pending"],
    ]);
  });

  test("shows a failed step as an error and a skipped one as over, each with the word", () => {
    expect(tasksOf(running(4, "failed"))[3]).toEqual(
      expect.objectContaining({ title: "Clear caches · failed after 0.6 s", status: "error" }),
    );
    expect(tasksOf(running(4, "skipped"))[3]).toEqual(
      expect.objectContaining({ title: "Clear caches · skipped", status: "complete" }),
    );
  });

  test("has no button: nothing can be pressed about it", () => {
    expect(actionIds(message(running(2)).blocks)).toEqual([]);
  });

  test("where Slack takes no plan, says every title, state, time and detail in plain blocks", () => {
    const view = running(5, "failed");
    expect(JSON.stringify(message(view).fallback)).not.toContain('"plan"');
    const text = plainly(view);
    expect(text).toContain("✅ done · *Flip the pointer back* · 0.6 s");
    expect(text).toContain("❌ failed · *Smoke evaluation* · 0.6 s");
    expect(text).toContain("⏳ running · *Prove it against the baseline*");
    expect(text).toContain("pending · *Incident document*");
    expect(text).toContain("The pointer says run-a with config-1.");
  });

  test("a message without a plan needs no other form", () => {
    expect(message(waiting()).fallback).toBeNull();
  });
});

describe("a rollback at its end", () => {
  test("complete: what answers, since when, after how long, the proofs, and how to unlock", () => {
    const view = ended("complete", "support-docs answers from run-a with config-1 again.");
    const text = shown(view);
    expect(text).toMatch(
      /✅ \*Answering from `run-a` \(config `config-1`\) again\* \(since <!date\^\d+\^[^>]*time_secs[^>]*>, 0\.6 s after the confirmation\)/,
    );
    expect(text).toContain(
      "Smoke 24/24 green.\nF1 .61 = baseline.\nGo-lives are locked: unlock with a root cause, `/golive unlock support-docs`",
    );
    expect(message(view).text).toBe(
      "support-docs answers from `run-a` (config `config-1`) again: rollback #3 is complete.",
    );
  });

  test.each(["incomplete", "refused", "withdrawn"] as const)(
    "%s: says precisely what is live, in the notification too",
    (standing) => {
      const view = ended(standing, "support-docs answers from run-b. Next: look at it.");
      expect(shown(view)).toContain("support-docs answers from run-b. Next: look at it.");
      expect(message(view).text).toContain("support-docs answers from run-b.");
      expect(actionIds(message(view).blocks)).toEqual([]);
    },
  );

  test("back to nothing: says that nothing is live", () => {
    const view = ended("complete", "x", { ended: { at: NOW, live: null, says: "x" } });
    expect(shown(view)).toContain("*Nothing is live in `support-docs` any more*");
  });
});

const MENTION = /<[@!#](?!date\^)/;

/** What Slack reads as mrkdwn: plain text takes a `<` as it is, values and ids of blocks are never shown. */
const markdown = (value: unknown): string =>
  JSON.stringify(value, (key, part: unknown) => {
    if (["value", "block_id", "accessibility_label"].includes(key)) return undefined;
    return typeof part === "object" && part !== null && "type" in part && part.type === "plain_text" ? undefined : part;
  });

test("any rollback stays within Golive's budget and Slack's limits, and smuggles nothing in", () => {
  fc.assert(
    fc.property(anyRollback, (view) => {
      const { blocks, fallback, text } = message(view);
      for (const form of [blocks, fallback ?? []]) {
        expect(budgetBreaches(form)).toEqual([]);
        expect(messageBreaches(form)).toEqual([]);
        expect(validateMessageBlocks(asSent(form), noFile)).toMatchObject({ ok: true });
      }
      expect(text.length).toBeLessThanOrEqual(BUDGET.message.text);
      expect(text).not.toMatch(MENTION);
      // Whoever has to act is mentioned, by a user's id and nothing else.
      if (view.rollback.standing !== "waiting") expect(markdown(fallback ?? blocks)).not.toMatch(MENTION);
    }),
    { numRuns: 150 },
  );
}, 120_000);

const backups = (count: number, text: string) =>
  Array.from({ length: count }, (_, at) => ({
    id: at === 0 ? "bk_20261123T072641_abc234" : `${text}${at}`,
    pair: at % 2 === 0 ? null : { run: text || "r", config: "config-1" },
    takenAt: NOW - 3_600_000,
    provenAt: at % 3 === 0 ? null : NOW - 60_000,
    description: text,
    release: at % 2 === 0 ? null : text,
    bytes: 1_000,
  }));

describe("what can be gone back to", () => {
  test("the state before is on top, then backups with what, when, for which release, proven and how far", () => {
    const [one] = backups(1, "before the re-chunking");
    if (one === undefined) throw new Error("no backup");
    const list = [{ ...one, pair: { run: "run-b", config: "config-1" }, provenAt: NOW - 7_200_000, release: "rel_7" }];
    const modal = rollbackChoicesModal("support-docs", { live: plan.from, previous: plan.to, backups: list }, NOW);
    const text = readText(modal.blocks);
    expect(text.indexOf("The state before what is live now")).toBeLessThan(text.indexOf("bk_20261123T072641_abc234"));
    expect(text).toContain("before the re-chunking");
    expect(text).toContain("(1 h ago) for `rel_7` · ✅ proven 2 h ago · same run, other configuration");
    expect(actionIds(modal)).toEqual([ACTIONS.rollbackChoose, ACTIONS.rollbackChoose]);
  });

  test("a state before that answers already, or that nobody recorded, can't be chosen", () => {
    for (const previous of [undefined, plan.from]) {
      const modal = rollbackChoicesModal("support-docs", { live: plan.from, previous, backups: [] }, NOW);
      expect(actionIds(modal)).toEqual([]);
      expect(readText(modal.blocks)).toContain("There is no backup to go back to");
    }
  });

  test("any number of backups with any text fits a modal, and what is left out is counted", () => {
    fc.assert(
      fc.property(extreme(3_000), fc.integer({ min: 0, max: 60 }), extreme(200), (text, count, service) => {
        const modal = rollbackChoicesModal(
          service || "s",
          { live: plan.from, previous: plan.to, backups: backups(count, text) },
          NOW,
        );
        expect(viewBreaches(modal)).toEqual([]);
        expect(validateView(asSent(modal), "modal", noFile)).toMatchObject({ ok: true });
        expect(JSON.stringify(modal.blocks).length).toBeLessThanOrEqual(BUDGET.view.json);
        expect(markdown(modal.blocks)).not.toMatch(MENTION);
        if (count > 20) expect(readText(modal.blocks)).toMatch(/older backups can be named|more that don't fit/);
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});

describe("the plan", () => {
  test("the modal shows it, asks for a reason and for the service's name, and carries what was seen", () => {
    const modal = rollbackPlanModal({ service: "support-docs", target: "previous", plan, seen: "c0ffee" });
    expect(readText(modal.blocks)).toContain("What will not");
    expect(readText(modal.blocks)).toContain("Type the name of the service again");
    expect(modal.private_metadata).toBe('{"r":"previous","i":"support-docs","s":"c0ffee"}');
  });

  test("a dry run says that nothing was changed and how to do it", () => {
    const { text, blocks } = rollbackPlanReply({ service: "support-docs", target: "previous", plan });
    expect(text).toMatch(/^A dry run: nothing was changed/);
    expect(readText(blocks)).toContain("`/rollback support-docs previous`");
  });

  test("any plan fits its modals and its reply", () => {
    fc.assert(
      fc.property(anyRollback, ({ rollback, ...rest }) => {
        const view = { rollback, ...rest };
        const given = { service: rollback.service, target: "previous", plan: rollback.plan, seen: "x" };
        for (const modal of [rollbackPlanModal(given), rollbackBreakGlassModal(view), rollbackWithdrawModal(view)]) {
          expect(viewBreaches(modal)).toEqual([]);
          expect(validateView(asSent(modal), "modal", noFile)).toMatchObject({ ok: true });
        }
        const { blocks, text } = rollbackPlanReply(given);
        expect(messageBreaches(blocks)).toEqual([]);
        expect(markdown(blocks)).not.toMatch(MENTION);
        expect(text.length).toBeLessThanOrEqual(BUDGET.message.text);
      }),
      { numRuns: 80 },
    );
  }, 60_000);
});

describe("notes", () => {
  const says = "support-docs answers from run-a.";
  const notes = [
    [
      { kind: "rollback-requested", by: rina, number: 3, reason: "F1 fell" },
      "Rina Ray asked for rollback #3 of `support-docs`: F1 fell",
    ],
    [{ kind: "rollback-glass-asked", by: mei }, "🛑 Mei Sato stands for breaking the glass."],
    [{ kind: "rollback-confirmed", how: "right", people: [dan], reason: null }, "⏳ Dan Ito confirmed it: it begins."],
    [
      { kind: "rollback-confirmed", how: "break-glass", people: [dan, mei], reason: null },
      "🛑 *The glass was broken* by Dan Ito, Mei Sato",
    ],
    [
      { kind: "rollback-step-failed", step: "caches", detail: "The hook timed out." },
      "❌ failed · *Clear caches*: The hook timed out.",
    ],
    [{ kind: "rollback-ended", number: 3, outcome: "complete", says }, "✅ *Done*: rollback #3."],
    [
      { kind: "pointer-moved", service: "support-docs", from: plan.to, to: plan.from },
      "🛑 *The pointer of `support-docs` was moved past Golive*",
    ],
  ] as const;

  test.each(notes)("%j", (note, first) => {
    const { text, blocks } = rollbackNoteMessage(note, "support-docs");
    expect(text.startsWith(first)).toBe(true);
    expect(messageBreaches(blocks)).toEqual([]);
  });

  test("each kind is worded", () => {
    expect([...new Set(notes.map(([{ kind }]) => kind))].toSorted()).toEqual([...ROLLBACK_NOTE_KINDS].toSorted());
  });

  test("a failed flip doesn't promise that the pointer is back", () => {
    const { blocks } = rollbackNoteMessage({ kind: "rollback-step-failed", step: "flip", detail: "Moved." }, "s");
    expect(readText(blocks)).not.toContain("the pointer is back");
  });

  test("the story so far, for a thread that begins anew, says where it stands", () => {
    expect(readText(rollbackStoryMessage(running(2)).blocks)).toContain("2 of 7 steps are over");
  });
});
