import { describe, expect, it } from "vitest";
import type { Intent } from "#src/release/intents";
import { viewOf } from "#src/release/view-of";
import * as w from "#test/release/world";

const veto = (actor = w.mei, reason = "the sample looks wrong"): Intent => ({
  type: "veto",
  actor,
  members: w.members,
  signOff: "data-quality",
  reason,
});
const lift = (actor = w.mei): Intent => ({ type: "lift-veto", actor, signOff: "data-quality" });
const glass = (actor = w.omar, reason = "", members = w.members): Intent => ({
  type: "break-glass",
  actor,
  members,
  signOff: "data-quality",
  reason,
});

describe("rule 3: a veto holds", () => {
  const vetoed = w.play(w.ready, veto());

  it("blocks the cutover first and in full, and nobody signs over it", () => {
    const view = viewOf(vetoed.service, w.releaseOf(vetoed), vetoed.now);
    expect(view.blockers[0]?.text).toBe("Data quality: vetoed by Mei Sato (the sample looks wrong)");
    expect(w.refusalOf(vetoed, w.cutOver(w.rosa)).kind).toBe("blocked");
    expect(w.refusalOf(w.play(w.green, veto()), w.sign(w.dan, "data-quality")).kind).toBe("vetoed");
  });

  it("comes from approvers of the item only, with a reason, and once", () => {
    expect(w.refusalOf(w.ready, veto(w.omar)).kind).toBe("not-an-approver");
    expect(w.refusalOf(w.ready, veto({ ...w.mei, kind: "deactivated" })).kind).toBe("not-a-member");
    expect(w.refusalOf(w.ready, veto(w.mei, "  ")).kind).toBe("reason-needed");
    expect(w.refusalOf(vetoed, veto()).kind).toBe("vetoed");
  });

  it("is lifted by the vetoer only", () => {
    expect(w.refusalOf(vetoed, lift(w.dan))).toMatchObject({ kind: "not-your-veto", by: w.mei });
    expect(w.factsOf(vetoed, lift())).toEqual(["veto-lifted"]);
    expect(w.refusalOf(w.ready, lift()).kind).toBe("no-veto");
  });

  it("stops a cutover that is under way, until the flip is intended", () => {
    const cutting = w.play(w.ready, w.cutOver(w.rosa), veto());
    const stopped = w.play(cutting, w.intendFlip("f1"));
    expect(w.releaseOf(stopped)).toMatchObject({ standing: "open", flip: null });
    const flipping = w.play(w.ready, w.cutOver(w.rosa), w.intendFlip("f1"));
    expect(w.refusalOf(flipping, veto()).kind).toBe("too-late");
  });

  it("gives way to one person of the break-glass roles with a typed reason", () => {
    expect(w.refusalOf(vetoed, glass(w.omar, "urgent")).kind).toBe("reason-needed");
    expect(w.factsOf(vetoed, glass(w.omar, "customers are down now"))).toEqual(["glass-broken"]);
  });

  it("gives way to two different people without one", () => {
    const asked = w.play(vetoed, glass(w.omar));
    expect(w.releaseOf(asked).vetoes).toHaveLength(1);
    expect(w.refusalOf(asked, glass(w.omar)).kind).toBe("second-person-needed");
    const broken = w.play(asked, glass(w.tom));
    expect(w.releaseOf(broken)).toMatchObject({ vetoes: [], breakGlass: [] });
    expect(broken.journal.at(-1)?.event).toMatchObject({ type: "glass-broken", people: [w.omar, w.tom] });
  });

  it("does not give way to the requester, to outsiders, or to somebody who asked and then left the role", () => {
    expect(w.refusalOf(vetoed, glass(w.rosa, "I am in a hurry here"))).toMatchObject({ kind: "own-release" });
    expect(w.refusalOf(vetoed, glass(w.dan, "I am in a hurry here")).kind).toBe("no-right");
    const asked = w.play(vetoed, glass(w.omar));
    const members = { ...w.members, "on-call": [w.ines] };
    expect(w.factsOf(asked, glass(w.tom, "", members))).toEqual(["break-glass-asked"]);
  });

  it("does not give way to an ask that was made against an earlier veto", () => {
    const again = w.play(vetoed, glass(w.omar), lift(), veto());
    expect(w.factsOf(again, glass(w.tom))).toEqual(["break-glass-asked"]);
    const joined = w.play(vetoed, glass(w.omar), veto(w.dan));
    expect(w.factsOf(joined, glass(w.tom))).toEqual(["break-glass-asked"]);
  });
});

describe("rule 3: a waiver", () => {
  const failing = w.rerun(w.green, "prefix-leakage", w.result("fail", "3 of 41,220 chunks begin with `Document: `"));
  const waive = (change: Partial<Extract<Intent, { type: "waive" }>> = {}): Intent => ({
    type: "waive",
    actor: w.ines,
    members: w.members,
    check: "prefix-leakage",
    reason: "only three, in a draft",
    until: w.T0 + 2 * w.HOUR,
    ...change,
  });
  const waived = w.play(failing, waive());

  it("opens the gate for that outcome until it ends, and shows as waived", () => {
    const status = (story: w.Story) => viewOf(story.service, w.releaseOf(story), story.now).checks[0]?.status;
    expect(status(waived)).toBe("waived");
    expect(w.factsOf(waived, w.sign(w.dan, "data-quality"))).toEqual(["signed"]);
    expect(status(w.later(w.rerun(waived, "prefix-leakage", w.result("fail")), w.HOUR - 1))).toBe("waived");
    expect(
      status(w.later(w.rerun(w.later(waived, 1.5 * w.HOUR), "prefix-leakage", w.result("fail")), w.HOUR / 2)),
    ).toBe("fail");
    expect(status(w.rerun(waived, "prefix-leakage", w.result("fail", "more", "other inputs")))).toBe("fail");
  });

  it("does not keep aged evidence alive", () => {
    const aged = w.later(waived, w.HOUR);
    expect(viewOf(aged.service, w.releaseOf(aged), aged.now).checks[0]?.status).toBe("stale");
  });

  it.each([
    ["no reason to speak of", { reason: "because" }, "reason-needed"],
    ["an end in the past", { until: w.T0 }, "until-invalid"],
    ["an end beyond what policy allows", { until: w.T0 + 25 * w.HOUR }, "until-invalid"],
    ["nobody who may", { actor: w.dan }, "no-right"],
    ["the requester", { actor: w.rosa }, "own-release"],
    ["a check that passes", { check: "previous-run-intact" }, "not-waivable"],
    ["an unknown check", { check: "nonsense" }, "unknown-item"],
  ] satisfies [string, Partial<Extract<Intent, { type: "waive" }>>, string][])(
    "is refused for %s",
    (_title, change, kind) => {
      expect(w.refusalOf(failing, waive(change)).kind).toBe(kind);
    },
  );

  it("never opens the backup, even where the configuration calls it waivable", () => {
    const broken = w.rerun(w.green, "backup", w.result("fail"));
    expect(w.refusalOf(broken, waive({ check: "backup" }))).toMatchObject({ kind: "not-waivable", why: "policy" });
  });

  it("given twice with the same words is given once; other words ask again what was signed on it", () => {
    expect(w.factsOf(waived, waive())).toEqual([]);
    const signed = w.play(waived, w.sign(w.dan, "data-quality"));
    expect(w.factsOf(signed, waive({ until: w.T0 + w.HOUR }))).toEqual(["waived", "sign-off-voided"]);
  });
});
