import { expect, test } from "vitest";
import { readWeeklyResult } from "#src/operations/weekly/work/result-schema";
import { canaryBreachMessage } from "#src/slack/blocks/canary-breach-message";
import { canaryMessage } from "#src/slack/blocks/canary-message";
import { canaryDecisionModal } from "#src/slack/blocks/canary-modals";
import { detailsModal } from "#src/slack/blocks/details-modal";
import { proposalMessage } from "#src/slack/blocks/proposal-message";
import { declineModal } from "#src/slack/blocks/proposal-modals";
import { breakGlassModal, cancelModal, objectModal, unlockModal, waiveModal } from "#src/slack/blocks/reason-modals";
import { releaseMessage } from "#src/slack/blocks/release-message";
import { rollbackChoicesModal } from "#src/slack/blocks/rollback-choices";
import { rollbackMessage } from "#src/slack/blocks/rollback-message";
import {
  rollbackBreakGlassModal,
  rollbackPlanModal,
  rollbackWithdrawModal,
} from "#src/slack/blocks/rollback-plan-modal";
import { stepDoneModal } from "#src/slack/blocks/sop-card";
import { startModal } from "#src/slack/blocks/start-modal";
import { weeklyMessage } from "#src/slack/blocks/weekly-message";
import { ACTIONS, CALLBACKS, INPUTS } from "#src/slack/ids";
import { weeklyFinding, weeklyRun } from "#test/operations-weekly/story";
import { made } from "#test/proposals/story";
import { breached, quiet } from "#test/slack-blocks/canary-fixtures";
import { actionIds } from "#test/slack-blocks/check-limits";
import {
  checkView,
  evaluationView,
  failingView,
  item,
  mei,
  NOW,
  sectionView,
  signOffView,
  view,
} from "#test/slack-blocks/fixtures";
import { plan, waiting } from "#test/slack-blocks/rollback-fixtures";

const vetoes = [{ signOff: "data-quality", person: mei, reason: "stale manuals", at: NOW }];
const long = Array.from({ length: 120 }, (_, i) => checkView(`check-${i}`, { status: "fail" }));
const pages = view({
  checks: long,
  sections: [
    sectionView(
      "long",
      long.map((one) => item(one.definition.id)),
    ),
  ],
});
const signOff = signOffView("data-quality");
const candidates = [{ run: "run-b", chunks: 5, finishedAt: NOW, state: "complete", active: false } as const];

const rollback = waiting();
const choices = { live: plan.from, previous: plan.to, backups: [] };

const weekly = weeklyRun(await weeklyFinding(16, { gold: "missing", answer: "made-up" }));
const found = readWeeklyResult(weekly.finished?.result);
const [card] = found?.cards ?? [];
const [step] = card?.steps ?? [];
if (found === null || card === undefined || step === undefined) throw new Error("the weekly run has a card");
const begun = { card: card.id, step: step.id, done: false, note: "", by: mei, at: NOW };

const drawn = [
  weeklyMessage({ ...weekly, steps: [begun] }, found, NOW, []).blocks,
  stepDoneModal(weekly, card, step),
  rollbackMessage(rollback, NOW).blocks,
  rollbackChoicesModal("support-docs", choices, NOW),
  rollbackPlanModal({ service: "support-docs", target: "previous", plan, seen: "c0ffee" }),
  rollbackBreakGlassModal(rollback),
  rollbackWithdrawModal(rollback),
  canaryMessage(quiet(), NOW).blocks,
  canaryMessage(quiet({ standing: "paused" }), NOW).blocks,
  canaryBreachMessage(breached(), "f1", NOW, true)?.blocks,
  canaryDecisionModal(quiet(), "extend"),
  proposalMessage(made(), NOW, true).blocks,
  declineModal(made()),
  releaseMessage(view(), NOW).blocks,
  releaseMessage(failingView(), NOW).blocks,
  releaseMessage(failingView({ evaluation: evaluationView() }), NOW).blocks,
  releaseMessage(view({ phase: "signing", signOffs: [signOff] }), NOW).blocks,
  detailsModal(failingView(), null, NOW),
  detailsModal(view({ signOffs: [signOffView("data-quality", { status: "vetoed", vetoes })] }), null, NOW),
  detailsModal(pages, null, NOW, 1),
  objectModal(view(), signOff),
  breakGlassModal(view(), signOff),
  waiveModal(view(), checkView("prefix-leakage")),
  cancelModal(view()),
  unlockModal("support-docs", { reason: "F1 fell", by: mei, at: NOW, manifest: null }),
  startModal({
    channel: "C0RELEASE",
    services: ["a", "b"].map((id) => ({ id, title: id })),
    service: "a",
    live: null,
    runs: { kind: "list", candidates },
  }),
];

test("the builders draw exactly the action and input ids that ids.ts names: none unknown, none dead", () => {
  const used = new Set(drawn.flatMap(actionIds));
  expect([...used].sort()).toEqual([...Object.values(ACTIONS), ...Object.values(INPUTS)].sort());
});

test("no two ids are the same", () => {
  for (const ids of [{ ...ACTIONS, ...INPUTS }, CALLBACKS]) {
    expect(new Set(Object.values(ids)).size).toBe(Object.values(ids).length);
  }
});
