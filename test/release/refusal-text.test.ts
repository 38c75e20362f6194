import { describe, expect, it } from "vitest";
import type { Intent } from "#src/release/intents";
import { namesFrom, refusalText } from "#src/release/refusal-text";
import type { Refusal } from "#src/release/refusals";
import * as w from "#test/release/world";

const say = (story: w.Story, intent: Intent) =>
  refusalText(w.refusalOf(story, intent), { ...namesFrom(w.checklist), channel: (id) => `<#${id}>` });

describe("a refusal says what, why, who can and what next", () => {
  it("to somebody outside the role, who is the requester too", () => {
    expect(say(w.green, w.sign(w.rosa, "data-quality"))).toBe(
      "You can't sign Data quality: it needs the role data-lead (Dan Ito and Mei Sato). " +
        "You're the requester of this release. Ask Dan Ito or Mei Sato.",
    );
  });

  it("to the requester in the role", () => {
    expect(say(w.green, w.sign(w.rosa, "go-ahead"))).toBe(
      "You can't sign Go-ahead: you're the requester of this release, and it needs somebody else " +
        "(Ines Falk and Tom Adeyemi). Ask Ines Falk or Tom Adeyemi.",
    );
  });

  it("to a guest and to a stranger", () => {
    expect(say(w.green, w.sign(w.guest, "go-ahead"))).toMatch(/^You can't sign Go-ahead: you're a guest here\./);
    const stranger = { ...w.dan, kind: "stranger" } as const;
    expect(say(w.green, w.sign(stranger, "go-ahead"))).toMatch(/belongs to another organisation/);
  });

  it("to a guest before any release, without sending them to a message that isn't there", () => {
    const text = say(w.beginning, w.start({ actor: w.guest }));
    expect(text).toMatch(/Only full members of this workspace can; ask one of them\.$/);
    expect(text).not.toContain("release message");
  });

  it("to a typing error, with what was probably meant", () => {
    const text = say(w.green, { type: "request-check", actor: w.rosa, members: w.members, check: "prefix" });
    expect(text).toBe(
      "There is no check `prefix` on this release's checklist. Did you mean `prefix-leakage`? There are: prefix-leakage, backup and previous-run-intact.",
    );
    expect(say(w.green, w.sign(w.dan, "nonsense"))).toMatch(/^There is no sign-off `nonsense` .* There are: /);
  });

  it("to who types in another channel, with a link to the right one", () => {
    expect(say(w.beginning, w.start({ from: "C2" }))).toBe("This service is released in <#C1>. Please type it there.");
  });

  it("to who cuts over too early, with everything that blocks, and that nothing happened", () => {
    expect(say(w.play(w.started, w.freeze("m1")), w.cutOver(w.rosa)).split("\n")).toEqual([
      "The cutover is blocked; the pointer is untouched:",
      "• prefix-leakage: waiting to run",
      "• backup: waiting to run",
      "• previous-run-intact: waiting to run",
      "• Data quality: data-lead has not signed (Dan Ito or Mei Sato)",
      "• Go-ahead: 0 of 2 people of approver have signed (Ines Falk and Tom Adeyemi)",
      "• Team notified: on-call has not signed (Omar Reyes or Ines Falk)",
    ]);
  });

  it("to who names no configuration, with those that there are, the last of them if they are many", () => {
    const many = Array.from({ length: 12 }, (_, index) => `v${index + 1}`);
    const text = refusalText({ kind: "config-unnamed", run: "run-b", known: many }, namesFrom(null));
    expect(text).toMatch(/\/golive start SERVICE run-b VERSION.*: v3, v4, .*, v12 and 2 more\.$/);
    expect(refusalText({ kind: "config-unnamed", run: "run-b", known: [] }, namesFrom(null))).toMatch(/no version yet/);
  });

  it("to who wants something of a canary that it can't give", () => {
    const text = (refusal: Refusal) => refusalText(refusal, namesFrom(null));
    expect(text({ kind: "kpi-unknown", kpi: "f2", known: ["f1", "precision"] })).toBe(
      "This canary has no KPI `f2`. Did you mean `f1`? There are: f1 and precision.",
    );
    expect(text({ kind: "no-breach", kpi: "precision", breached: ["f1"] })).toBe(
      "precision is not in breach, so there is nothing to answer to. In breach: f1. Nothing changed.",
    );
    expect(text({ kind: "no-breach", kpi: "precision", breached: [] })).toContain("Nothing is in breach.");
    expect(text({ kind: "hours-invalid", what: "An extension", least: 1, most: 120 })).toBe(
      "An extension takes whole hours from 1 to 120. Nothing changed; type it again.",
    );
    expect(text({ kind: "canary-ended", number: 3, as: "rolled-back" })).toMatch(/^Canary #3 is over \(rolled-back\)/);
    expect(text({ kind: "no-canary", service: "docs" })).toContain("one starts by itself when a release goes live");
    expect(text({ kind: "not-paused" })).toContain("nothing to resume");
    expect(text({ kind: "no-step" })).toMatch(/isn't in this run.*Nothing changed/);
    expect(text({ kind: "nothing-to-hold" })).toContain("no rollback would come by itself");
    expect(text({ kind: "nobody-to-tell", roles: ["on-call"] })).toContain("nobody is in on-call");
    expect(text({ kind: "nobody-to-tell", roles: [] })).toContain("golive.yaml names nobody");
  });

  it("to who acts when nobody could have been looked up", () => {
    const { "data-lead": _, ...members } = w.members;
    expect(say(w.green, w.sign(w.dan, "data-quality", { members }))).toMatch(/Golive doesn't guess\. Try again/);
  });
});
