import { describe, expect, it } from "vitest";
import type { Intent } from "#src/release/intents";
import { viewOf } from "#src/release/view-of";
import * as w from "#test/release/world";

const blockersOf = (story: w.Story) => {
  const refusal = w.refusalOf(story, w.cutOver(w.rosa));
  return refusal.kind === "blocked" ? refusal.blockers.map(({ kind }) => kind) : [refusal.kind];
};
const settle = (outcome: "flipped" | "refused" | "cancelled", live: typeof w.runA | null = w.runA): Intent => ({
  type: "settle-flip",
  flip: "f1",
  outcome,
  live,
});
const cutting = w.play(w.ready, w.cutOver(w.rosa));
const flipping = w.play(cutting, w.intendFlip("f1"));

describe("rule 5: no cutover without everything", () => {
  it("starts once nothing blocks, and a second click is too late", () => {
    expect(viewOf(w.ready.service, w.releaseOf(w.ready), w.ready.now)).toMatchObject({ phase: "ready", blockers: [] });
    expect(w.factsOf(w.ready, w.cutOver(w.rosa))).toEqual(["cutover-requested"]);
    expect(w.refusalOf(cutting, w.cutOver(w.tom)).kind).toBe("too-late");
  });

  it.each([
    ["a failing check", () => w.rerun(w.ready, "backup", w.result("fail")), "check-fail"],
    ["an inconclusive check", () => w.rerun(w.ready, "backup", w.result("inconclusive")), "check-inconclusive"],
    ["a check that could not run", () => w.rerun(w.ready, "backup", w.result("error")), "check-error"],
    ["a check that runs", () => w.play(w.ready, { type: "refresh-check", check: "backup" }), "check-pending"],
    ["evidence older than it may be", () => w.later(w.ready, w.HOUR), "check-stale"],
    ["a missing signature", () => w.play(w.ready, { type: "withdraw", actor: w.tom, signOff: "go-ahead" }), "sign-off"],
    ["a lock", () => w.play(w.ready, { type: "lock", reason: "breach", manifest: null }), "locked"],
    ["a pause", () => w.play(w.ready, { type: "pause", because: "bot-removed" }), "paused"],
    [
      "a manifest that was rolled back",
      () => w.play(w.ready, { type: "lock", reason: "b", manifest: "m1" }),
      "rolled-back",
    ],
  ] satisfies [string, () => w.Story, string][])("is refused over %s", (_title, story, kind) => {
    expect(blockersOf(story())).toContain(kind);
  });

  it("is refused in a freeze window, to the millisecond", () => {
    const window = { name: "Year end", from: w.T0 + 1000, to: w.T0 + 2000 };
    const { checklist, members } = w;
    const policy = { ...w.policy, freezeWindows: [window] };
    const story = w.play(w.ready, { type: "change-policy", checklist, policy, members });
    expect(w.releaseOf(story).signOffs).toHaveLength(4);
    expect(blockersOf(w.later(story, 1000))).toEqual(["freeze-window"]);
    expect(w.factsOf(w.later(story, 999), w.cutOver(w.rosa))).toEqual(["cutover-requested"]);
    expect(w.factsOf(w.later(story, 2000), w.cutOver(w.rosa))).toEqual(["cutover-requested"]);
  });

  it("is possible again after an unlock with a root cause, not before", () => {
    const locked = w.play(w.ready, { type: "lock", reason: "breach", manifest: "m1" });
    const unlock = (actor: typeof w.tom, rootCause: string): Intent => ({
      type: "unlock",
      actor,
      members: w.members,
      reason: "repaired",
      rootCause,
      policy: w.policy,
    });
    expect(w.refusalOf(locked, unlock(w.tom, "short")).kind).toBe("reason-needed");
    expect(w.refusalOf(locked, unlock(w.dan, "the reranker was swapped")).kind).toBe("no-right");
    const unlocked = w.play(locked, unlock(w.tom, "the reranker was swapped"));
    expect(w.factsOf(unlocked, w.cutOver(w.rosa))).toEqual(["cutover-requested"]);
  });

  it("is refused on an older view", () => {
    const { seen } = viewOf(w.ready.service, w.releaseOf(w.ready), w.ready.now);
    expect(w.factsOf(w.ready, w.cutOver(w.rosa, { seen }))).toEqual(["cutover-requested"]);
    const moved = w.rerun(w.ready, "prefix-leakage", w.result("pass", "fine", "other inputs"));
    const resigned = w.play(
      moved,
      w.sign(w.dan, "data-quality"),
      w.sign(w.ines, "go-ahead"),
      w.sign(w.tom, "go-ahead"),
    );
    expect(w.refusalOf(resigned, w.cutOver(w.rosa, { seen })).kind).toBe("view-outdated");
  });

  it("voids and refuses when a signer turns out to have left", () => {
    const members = { ...w.members, approver: [w.ines, w.rosa] };
    const { decision } = w.attempt(w.ready, w.cutOver(w.rosa, { members }));
    expect(decision).toMatchObject({ ok: false, refusal: { kind: "blocked" } });
    expect(decision.events.map(({ event }) => event.type)).toEqual(["members-resolved", "sign-off-voided"]);
  });
});

describe("rule 6: the requester alone never cuts over", () => {
  const alone = {
    ...w.checklist,
    signOffs: [{ id: "go-ahead", title: "Go-ahead", role: "approver", quorum: 1, covers: [] }],
  };
  const policy = { ...w.policy, requesterMaySign: true };
  const story = w.finishAll(w.play(w.beginning, w.start({ checklist: alone, policy }), w.freeze("m1")));

  it("not with the own signature alone, though policy allows it", () => {
    const own = w.play(story, w.sign(w.rosa, "go-ahead"));
    expect(w.refusalOf(own, w.cutOver(w.rosa))).toEqual({ kind: "requester-alone", who: [w.ines, w.tom] });
    expect(w.factsOf(own, w.cutOver(w.tom))).toEqual(["cutover-requested"]);
  });

  it("but with somebody else's", () => {
    expect(w.factsOf(w.play(story, w.sign(w.ines, "go-ahead")), w.cutOver(w.rosa))).toEqual(["cutover-requested"]);
  });

  it("nor when the only other signer has left by the time of the flip", () => {
    const note = { id: "note", title: "Note", role: "on-call", quorum: 1, covers: [] };
    const proof = { kind: "sign-off", signOff: "note" } as const;
    const item = { id: "note", section: "gates", phase: "canary", text: "Note", proof } as const;
    const checklist = { ...alone, items: [...alone.items, item], signOffs: [...alone.signOffs, note] };
    const noted = w.play(
      w.finishAll(w.play(w.beginning, w.start({ checklist, policy }), w.freeze("m1"))),
      w.sign(w.rosa, "go-ahead"),
      w.sign(w.omar, "note"),
      w.cutOver(w.rosa),
    );
    const left = w.intendFlip("f1", "m1", { ...w.members, "on-call": [w.ines] });
    const stopped = w.play(noted, left);
    expect(w.releaseOf(stopped).stopped).toEqual(["Nobody but the requester, Rosa Lind, stands behind this cutover"]);
  });

  it("and nobody without the right", () => {
    expect(w.refusalOf(w.ready, w.cutOver(w.dan)).kind).toBe("no-right");
  });
});

describe("rule 4: the flip", () => {
  it("is intended from the pair that was reviewed to the candidate, once", () => {
    expect(cutting.journal.at(-1)?.event.type).toBe("cutover-requested");
    expect(w.releaseOf(flipping).flip).toEqual({ id: "f1", from: w.runA, to: w.runB, outcome: null });
    expect(w.factsOf(flipping, w.intendFlip("f1"))).toEqual([]);
    expect(w.refusalOf(flipping, w.intendFlip("f2")).kind).toBe("flip-unknown");
  });

  it("makes the release live and closes it, with the pointer's move in the service's stream", () => {
    const live = w.play(flipping, settle("flipped", w.runB));
    expect(live.journal.slice(-4).map(({ stream, event }) => [stream, event.type])).toEqual([
      ["release/r1", "flip-settled"],
      ["release/r1", "went-live"],
      ["service/docs", "pointer-flipped"],
      ["service/docs", "release-closed"],
    ]);
    expect(live.service).toMatchObject({ openRelease: null, live: w.runB });
    expect(w.factsOf(live, settle("flipped", w.runB))).toEqual([]);
    expect(w.factsOf(live, settle("cancelled"))).toEqual([]);
    expect(w.factsOf(live, w.intendFlip("f1"))).toEqual([]);
    expect(w.refusalOf(live, w.intendFlip("f2")).kind).toBe("release-ended");
  });

  it("fails the release when the pointer was moved meanwhile, and says that it is untouched", () => {
    const failed = w.play(flipping, settle("refused", { run: "run-x", config: "c9" }));
    expect(w.releaseOf(failed).standing).toBe("failed");
    expect(w.releaseOf(failed).ended?.reason).toMatch(/run-x with c9 where run-a with c1 .* Golive did not touch it/);
    expect(failed.service).toMatchObject({ openRelease: null, live: null });
  });

  it("called back, opens the release again for another flip", () => {
    const open = w.play(flipping, settle("cancelled"));
    expect(w.releaseOf(open)).toMatchObject({ standing: "open", cutover: null });
    expect(w.refusalOf(w.play(open, w.cutOver(w.rosa)), w.intendFlip("f1")).kind).toBe("flip-unknown");
    expect(w.factsOf(w.play(open, w.cutOver(w.rosa)), w.intendFlip("f2"))).toEqual(["flip-intended"]);
  });

  it("in doubt, takes results in but voids nothing until it is settled", () => {
    const asked = w.play(cutting, w.intendFlip("f1"));
    const rerunning = {
      ...asked,
      release: {
        ...w.releaseOf(asked),
        checks: w.releaseOf(w.play(w.ready, { type: "refresh-check", check: "backup" })).checks,
      },
    };
    const failed = w.play(rerunning, w.finish(rerunning, "backup", w.result("fail")));
    expect(w.releaseOf(failed).signOffs).toHaveLength(4);
    expect(w.releaseOf(w.play(failed, settle("cancelled"))).voided).toHaveLength(2);
    expect(w.refusalOf(failed, w.freeze("m2")).kind).toBe("too-late");
    const cancel: Intent = { type: "cancel", actor: w.rosa, members: w.members, reason: "" };
    expect(w.refusalOf(failed, cancel).kind).toBe("too-late");
  });

  it("is not for a flip nobody intended", () => {
    expect(w.refusalOf(cutting, settle("flipped")).kind).toBe("flip-unknown");
  });
});

describe("right before the flip everything is decided once more", () => {
  const stoppedBy = (story: w.Story, intent: Intent) => {
    const stopped = w.play(story, intent);
    expect(w.releaseOf(stopped)).toMatchObject({ standing: "open", flip: null });
    return { reasons: w.releaseOf(stopped).stopped, voided: w.releaseOf(stopped).voided };
  };

  it("and stopped when the manifest is another one, which voids what was signed on the old", () => {
    const { reasons, voided } = stoppedBy(cutting, w.intendFlip("f1", "m2"));
    expect(reasons).toEqual(["What was signed changed before the flip (manifest m1 → m2)"]);
    expect(voided).toHaveLength(4);
  });

  it("and stopped when a signer has left the role", () => {
    const members = { ...w.members, "data-lead": [w.mei] };
    const { reasons, voided } = stoppedBy(cutting, w.intendFlip("f1", "m1", members));
    expect(reasons).toEqual(["Data quality: data-lead has not signed (Mei Sato)"]);
    expect(voided).toHaveLength(1);
  });

  it("and stopped when whoever asked has lost the right, or it can't be looked up", () => {
    const lost = w.intendFlip("f1", "m1", { ...w.members, "release-manager": [], approver: [w.ines, w.tom] });
    expect(stoppedBy(cutting, lost).reasons[0]).toMatch(/Rosa Lind.*no longer has the right/);
    const { "data-lead": _, ...members } = w.members;
    expect(stoppedBy(cutting, w.intendFlip("f1", "m1", members)).reasons[0]).toMatch(
      /data-lead could not be looked up/,
    );
  });

  it("and stopped when evidence aged or a lock came in between", () => {
    expect(stoppedBy(w.later(cutting, w.HOUR), w.intendFlip("f1")).reasons[0]).toMatch(/older than 1 h/);
    const locked = w.play(cutting, { type: "lock", reason: "breach", manifest: null });
    expect(stoppedBy(locked, w.intendFlip("f1")).reasons[0]).toMatch(/locked/);
  });

  it("and refused when the cutover was stopped already: a late job flips nothing", () => {
    const stopped = w.play(cutting, w.intendFlip("f1", "m2"));
    expect(w.refusalOf(stopped, w.intendFlip("f1", "m2")).kind).toBe("too-late");
  });
});
