import { describe, expect, it } from "vitest";
import { refuseBaseline } from "#src/evaluation/baseline/decide-baseline";
import type { Person } from "#src/release/people";
import type { Policy } from "#src/release/policy";
import { evaluatedRun } from "#test/evaluation-compare/evaluated";

const mila: Person = { id: "U0MILA", name: "Mila Berg", kind: "member" };
const policy: Policy = {
  roles: { "ml-lead": { users: ["U0MILA"], groups: [] } },
  rights: {
    start: [],
    cancel: [],
    cutover: [],
    waive: [],
    rollback: [],
    canary: ["ml-lead"],
    unlock: [],
    mute: [],
  },
  requesterMaySign: false,
  onePersonManyRoles: false,
  firstGoLiveRole: "ml-lead",
  breakGlass: [],
  waiverMaxMs: 0,
  freezeWindows: [],
};
const given = { policy, actor: mila, members: { "ml-lead": [mila] }, reason: "run-1 has been live for a month" };
const run = (changes: Parameters<typeof evaluatedRun>[2] = {}) => evaluatedRun("ev_1", [], changes).record;
const counts = { planned: 100, answered: 100, graded: 95, refusals: 0, ungraded: 3, failed: 2 };

describe("the baseline", () => {
  it("is set by somebody with the right canary, who says why, to a finished run", () => {
    expect(refuseBaseline(run({ counts }), given)).toBeNull();
  });

  it("is set by nobody else: another person, a guest, somebody whose role could not be resolved", () => {
    const actor: Person = { id: "U0DAN", name: "Dan Ito", kind: "member" };
    expect(refuseBaseline(run({ counts }), { ...given, actor })).toMatchObject({
      refusal: { kind: "no-right", right: "canary", who: [mila] },
    });
    const guest: Person = { ...mila, kind: "guest" };
    expect(refuseBaseline(run({ counts }), { ...given, actor: guest })).toMatchObject({
      refusal: { kind: "not-a-member" },
    });
    expect(refuseBaseline(run({ counts }), { ...given, members: {} })).toMatchObject({
      refusal: { kind: "role-unresolved" },
    });
  });

  it("needs a reason that says something", () => {
    expect(refuseBaseline(run({ counts }), { ...given, reason: "  because " })).toMatchObject({
      refusal: { kind: "reason-needed" },
    });
  });

  it.each([
    ["running", { state: "running" as const }, /has not ended/],
    ["cancelled", { state: "cancelled" as const, reason: "enough" }, /is cancelled \(enough\)/],
    ["inconclusive", { state: "inconclusive" as const }, /is inconclusive/],
    ["without scores", { counts: { ...counts, graded: 94, failed: 3 } }, /6 of 100 trials .* \(more than 5 %\)/],
    ["empty", { counts: { ...counts, planned: 0, ungraded: 0, failed: 0 } }, /0 of 0/],
  ])("is no run that is %s: every comparison with it would be inconclusive", (_, changes, said) => {
    expect(refuseBaseline(run({ counts, ...changes }), given)).toMatchObject({
      kind: "run",
      sentence: expect.stringMatching(said),
    });
  });
});
