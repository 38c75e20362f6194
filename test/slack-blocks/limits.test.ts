import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { validateMessageBlocks, validateView } from "#sandbox/slack/block-kit/validate";
import { detailsModal } from "#src/slack/blocks/details-modal";
import { errorModal } from "#src/slack/blocks/error-modal";
import { breakGlassModal, cancelModal, objectModal, unlockModal, waiveModal } from "#src/slack/blocks/reason-modals";
import { releaseMessage } from "#src/slack/blocks/release-message";
import { startModal } from "#src/slack/blocks/start-modal";
import { ACTIONS } from "#src/slack/ids";
import { BUDGET, LIMITS } from "#src/slack/limits";
import { actionIds, budgetBreaches, messageBreaches, readText, viewBreaches } from "#test/slack-blocks/check-limits";
import { failingView, NOW } from "#test/slack-blocks/fixtures";
import { anyView, worstView } from "#test/slack-blocks/hostile";

const known = new Set<string>(Object.values(ACTIONS));
/** Slack tokens that Golive itself writes: dates, and channel links outside of the release message. */
const OWN_TOKEN = /<!date\^\d+\^[^<>|]*\|[^<>]*>/g;

function smuggled(text: string): string[] {
  return text.replace(OWN_TOKEN, "").match(/[<>].{0,20}/g) ?? [];
}

/** What Slack reads as mrkdwn: plain_text and spoken labels take a `<` as it is, values and block ids are never shown. */
function markdown(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "object" && part !== null && "type" in part && part.type === "plain_text" ? undefined : part,
  ).replace(/"(?:value|block_id|accessibility_label)":"(?:[^"\\]|\\.)*"/g, "");
}

describe("the release message", () => {
  test("every item failing, three signers, long names, 300 items: within 40 blocks and 11,000 characters, and says what moved to Details", () => {
    const { blocks, text } = releaseMessage(worstView(), NOW);
    expect(budgetBreaches(blocks)).toEqual([]);
    expect(messageBreaches(blocks)).toEqual([]);
    expect(readText(blocks)).toMatch(/… and \d+ more/);
    expect(readText(blocks)).toContain("in Details");
    expect(text.length).toBeLessThanOrEqual(BUDGET.message.text);
  });

  test("stays within the budget and Slack's limits, with known action ids and no smuggled mention, for any checklist", () => {
    fc.assert(
      fc.property(anyView, (view) => {
        const { blocks, text } = releaseMessage(view, NOW);
        expect(budgetBreaches(blocks)).toEqual([]);
        expect(messageBreaches(blocks)).toEqual([]);
        expect(actionIds(blocks).filter((id) => !known.has(id))).toEqual([]);
        expect(smuggled(markdown(blocks))).toEqual([]);
        expect(smuggled(text)).toEqual([]);
        expect(text.length).toBeLessThanOrEqual(LIMITS.message.text);
      }),
      { numRuns: 150 },
    );
  }, 120_000);

  test("a small release is shown without anything left out", () => {
    expect(readText(releaseMessage(failingView(), NOW).blocks)).not.toContain("more");
  });
});

describe("Details", () => {
  test("each page stays within Slack's limits, with known action ids and no smuggled mention, for any checklist", () => {
    fc.assert(
      fc.property(anyView, fc.nat({ max: 30 }), (view, page) => {
        const modal = detailsModal(view, null, NOW, page);
        expect(viewBreaches(modal)).toEqual([]);
        expect(JSON.stringify(modal.blocks).length).toBeLessThanOrEqual(BUDGET.view.json);
        expect(actionIds(modal).filter((id) => !known.has(id))).toEqual([]);
        expect(smuggled(markdown(modal.blocks))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  }, 120_000);
});

describe("the local Slack", () => {
  const asSent = (value: unknown) => JSON.parse(JSON.stringify(value));
  const noFile = () => false;

  test("takes the message and every page of Details, by its own table of limits", () => {
    fc.assert(
      fc.property(anyView, fc.nat({ max: 5 }), (view, page) => {
        expect(validateMessageBlocks(asSent(releaseMessage(view, NOW).blocks), noFile).ok).toBe(true);
        expect(validateView(asSent(detailsModal(view, null, NOW, page)), "modal", noFile).ok).toBe(true);
      }),
      { numRuns: 60 },
    );
  }, 120_000);

  test("takes the modals that ask for something", () => {
    const view = failingView();
    const [check] = view.checks;
    const [signOff] = view.signOffs;
    if (check === undefined || signOff === undefined) throw new Error("the fixture lost its check or sign-off");
    const candidates = [{ run: "run-b", chunks: 5, finishedAt: NOW, state: "complete", active: false } as const];
    const services = ["a", "b"].map((id) => ({ id, title: id }));
    const modals = [
      objectModal(view, signOff),
      breakGlassModal(view, signOff),
      waiveModal(view, check),
      cancelModal(view),
      unlockModal("support-docs", { reason: "F1 fell", by: view.release.requester, at: NOW, manifest: null }),
      errorModal("Slack did not answer.", "Try again.", "c0ffee"),
      startModal({ channel: "C0RELEASE", services, service: "a", live: null, runs: { kind: "list", candidates } }),
    ];
    for (const modal of modals) expect(validateView(asSent(modal), "modal", noFile)).toMatchObject({ ok: true });
  });
});
