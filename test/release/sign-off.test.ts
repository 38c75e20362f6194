import { describe, expect, it } from "vitest";
import { seenOf } from "#src/release/hash";
import { viewOf } from "#src/release/view-of";
import * as w from "#test/release/world";

describe("rule 1: a sign-off is bound to manifest, evidence and policy", () => {
  it("stays when a check is run again with the same outcome", () => {
    const again = w.rerun(w.ready, "prefix-leakage", w.result("pass", "other words, other milliseconds"));
    expect(w.releaseOf(again).signOffs).toHaveLength(4);
    expect(w.releaseOf(again).voided).toEqual([]);
  });

  it("is void, with the difference, exactly where a covered check has another outcome", () => {
    const failed = w.rerun(w.ready, "prefix-leakage", w.result("fail", "3 chunks leak"));
    const { signOffs, voided } = w.releaseOf(failed);
    expect(signOffs.map((entry) => entry.signOff)).toEqual(["team-notified"]);
    expect(voided.map((entry) => entry.signOff)).toEqual(["data-quality", "go-ahead", "go-ahead"]);
    expect(voided[0]?.because).toMatchObject({ kind: "evidence", what: "prefix-leakage: pass → fail" });
  });

  it("is void everywhere under a new manifest, and every check runs again", () => {
    const refrozen = w.play(w.ready, w.freeze("m2"));
    expect(w.releaseOf(refrozen).signOffs).toEqual([]);
    expect(w.releaseOf(refrozen).voided[0]?.because).toMatchObject({ kind: "manifest", from: "m1", to: "m2" });
    expect(Object.values(w.releaseOf(refrozen).checks).map(({ status }) => status)).toEqual([
      "pending",
      "pending",
      "pending",
    ]);
  });

  it("is void where the policy's text changed, and stands where it did not", () => {
    const roles = { ...w.policy.roles, "data-lead": { users: ["U-DAN"], groups: ["S-DATA"] } };
    const { checklist, members } = w;
    const changed = w.play(w.ready, { type: "change-policy", checklist, members, policy: { ...w.policy, roles } });
    expect(w.releaseOf(changed).voided.map((entry) => [entry.signOff, entry.because.kind])).toEqual([
      ["data-quality", "policy"],
    ]);
    expect(w.releaseOf(changed).signOffs).toHaveLength(3);
  });

  it("is void for somebody who left the role, and the item is asked of who is left", () => {
    const members = { ...w.members, "data-lead": [w.mei] };
    const left = w.play(w.ready, { type: "refresh-members", members });
    expect(w.releaseOf(left).voided.map((entry) => [entry.person.name, entry.because])).toEqual([
      ["Dan Ito", { kind: "left-role", role: "data-lead" }],
    ]);
    const view = viewOf(left.service, w.releaseOf(left), left.now);
    expect(view.blockers.map(({ text }) => text)).toEqual(["Data quality: data-lead has not signed (Mei Sato)"]);
    expect(w.releaseOf(w.play(left, w.sign(w.mei, "data-quality", { members }))).voided).toEqual([]);
  });

  it("stands when its role could not be looked up: nobody is taken to have left", () => {
    const { approver: _, ...members } = w.members;
    const unresolved = w.play(w.ready, { type: "refresh-members", members });
    expect(w.releaseOf(unresolved).signOffs).toHaveLength(4);
    expect(w.refusalOf(w.ready, w.cutOver(w.rosa, { members }))).toEqual({
      kind: "role-unresolved",
      roles: ["approver"],
    });
  });

  it("is not given on a message that shows older evidence", () => {
    const seen = seenOf(w.releaseOf(w.green), "data-quality");
    const moved = w.rerun(w.green, "prefix-leakage", w.result("pass", "fine", "other inputs"));
    expect(w.refusalOf(moved, w.sign(w.dan, "data-quality", { seen })).kind).toBe("view-outdated");
    expect(w.factsOf(w.green, w.sign(w.dan, "data-quality", { seen }))).toEqual(["signed"]);
  });

  it("voids itself again and again: given anew after a void, the void is gone", () => {
    const failed = w.rerun(w.ready, "prefix-leakage", w.result("fail"));
    const repaired = w.rerun(failed, "prefix-leakage", w.result("pass"));
    expect(w.releaseOf(repaired).signOffs.map((entry) => entry.signOff)).toEqual(["team-notified"]);
    const signed = w.play(repaired, w.sign(w.dan, "data-quality"));
    expect(w.releaseOf(signed).voided.map((entry) => entry.signOff)).toEqual(["go-ahead", "go-ahead"]);
  });
});

describe("rule 2: who signs", () => {
  it("needs two different people where the quorum is two", () => {
    const one = w.play(w.green, w.sign(w.ines, "go-ahead"));
    expect(w.refusalOf(one, w.sign(w.ines, "go-ahead")).kind).toBe("already-signed");
    const view = viewOf(one.service, w.releaseOf(one), one.now);
    expect(view.signOffs[1]).toMatchObject({ status: "waiting", missing: 1, mayNow: [w.tom] });
  });

  it("refuses the requester, and says who can", () => {
    expect(w.refusalOf(w.green, w.sign(w.rosa, "go-ahead"))).toEqual({
      kind: "own-release",
      signOff: "go-ahead",
      who: [w.ines, w.tom],
    });
  });

  it("lets the requester sign where policy says so", () => {
    const story = w.play(w.beginning, w.start({ policy: { ...w.policy, requesterMaySign: true } }), w.freeze("m1"));
    expect(w.factsOf(w.finishAll(story), w.sign(w.rosa, "go-ahead"))).toEqual(["signed"]);
  });

  it("refuses one person in two roles, unless policy says so", () => {
    const signed = w.play(w.green, w.sign(w.ines, "go-ahead"));
    expect(w.refusalOf(signed, w.sign(w.ines, "team-notified"))).toEqual({
      kind: "second-role",
      signOff: "team-notified",
      signedAs: "approver",
      who: [w.omar],
    });
    const policy = { ...w.policy, onePersonManyRoles: true };
    const lenient = w.finishAll(w.play(w.beginning, w.start({ policy }), w.freeze("m1")));
    expect(w.factsOf(w.play(lenient, w.sign(w.ines, "go-ahead")), w.sign(w.ines, "team-notified"))).toEqual(["signed"]);
  });

  it.each(["guest", "stranger", "bot", "deactivated", "unknown"] as const)("never counts a %s", (kind) => {
    const actor = { ...w.dan, kind };
    expect(w.refusalOf(w.green, w.sign(actor, "data-quality")).kind).toBe("not-a-member");
    const members = { ...w.members, "data-lead": [actor, w.mei] };
    expect(w.refusalOf(w.green, w.sign(w.dan, "data-quality", { members })).kind).toBe("not-an-approver");
    expect(w.releaseOf(w.play(w.ready, { type: "refresh-members", members })).voided).toHaveLength(1);
  });

  it("refuses somebody outside the role and names those inside", () => {
    expect(w.refusalOf(w.green, w.sign(w.omar, "data-quality"))).toMatchObject({
      kind: "not-an-approver",
      who: [w.dan, w.mei],
    });
  });

  it("refuses rather than guesses when the role could not be looked up", () => {
    const { "data-lead": _, ...members } = w.members;
    expect(w.refusalOf(w.green, w.sign(w.dan, "data-quality", { members })).kind).toBe("role-unresolved");
  });

  it("waits for green, fresh evidence, except where nothing is covered", () => {
    const frozen = w.play(w.started, w.freeze("m1"));
    expect(w.refusalOf(frozen, w.sign(w.dan, "data-quality"))).toEqual({
      kind: "evidence-missing",
      signOff: "data-quality",
      waitingFor: ["Prefix leakage"],
    });
    expect(w.factsOf(frozen, w.sign(w.omar, "team-notified"))).toEqual(["signed"]);
    expect(w.refusalOf(w.started, w.sign(w.omar, "team-notified"))).toMatchObject({ waitingFor: ["Run manifest"] });
    expect(w.refusalOf(w.later(w.green, w.HOUR), w.sign(w.dan, "data-quality")).kind).toBe("evidence-missing");
    expect(w.factsOf(w.later(w.green, w.HOUR - 1), w.sign(w.dan, "data-quality"))).toEqual(["signed"]);
  });

  it("takes no more signatures than the quorum", () => {
    const refused = w.refusalOf(w.play(w.green, w.sign(w.dan, "data-quality")), w.sign(w.mei, "data-quality"));
    expect(refused).toEqual({ kind: "quorum-full", signOff: "data-quality", by: [w.dan] });
  });

  it("withdraws one's own signature until the cutover begins", () => {
    const withdraw = { type: "withdraw", actor: w.dan, signOff: "data-quality" } as const;
    expect(w.factsOf(w.ready, withdraw)).toEqual(["sign-off-withdrawn"]);
    expect(w.refusalOf(w.ready, { ...withdraw, actor: w.mei }).kind).toBe("not-signed");
    expect(w.refusalOf(w.play(w.ready, w.cutOver(w.rosa)), withdraw).kind).toBe("too-late");
  });

  it("lists the known items when an item is unknown", () => {
    expect(w.refusalOf(w.green, w.sign(w.dan, "nonsense"))).toEqual({
      kind: "unknown-item",
      is: "sign-off",
      what: "nonsense",
      known: ["data-quality", "go-ahead", "team-notified"],
    });
  });
});
