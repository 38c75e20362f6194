import { describe, expect, it } from "vitest";
import { viewOf } from "#src/release/view-of";
import * as w from "#test/release/world";

describe("rule 6: a release is opened", () => {
  it("with a fact of the service and one of the release, by who asked", () => {
    const { decision } = w.attempt(w.beginning, w.start());
    expect(decision.events.map(({ stream, by, event }) => [stream, by.name, event.type])).toEqual([
      ["service/docs", "Rosa Lind", "release-opened"],
      ["release/r1", "Rosa Lind", "release-started"],
    ]);
  });

  it("only one at a time: a second start names the open one, delivered twice too", () => {
    expect(w.refusalOf(w.started, w.start({ release: "r2" }))).toEqual({
      kind: "release-open",
      release: "r1",
      number: 1,
    });
    expect(w.refusalOf(w.started, w.start()).kind).toBe("release-open");
  });

  it.each([
    ["by somebody without the right", { actor: w.dan }, "no-right"],
    ["by a guest", { actor: { ...w.rosa, kind: "guest" } }, "not-a-member"],
    ["in another channel", { from: "C2" }, "wrong-channel"],
    ["in a channel shared with another organisation", { channelSharedExternally: true }, "shared-channel"],
    ["of a run that does not exist", { facts: { run: "missing", config: "present" } }, "run-missing"],
    ["of an incomplete run", { facts: { run: "incomplete", config: "present" } }, "run-incomplete"],
    ["with an unknown configuration", { facts: { run: "complete", config: "missing" } }, "config-missing"],
    ["of what is live already", { candidate: w.runA }, "same-as-active"],
    ["with a role that nobody could look up", { members: without("on-call") }, "role-unresolved"],
    ["with a role that names nobody", { members: { ...w.members, "data-lead": [] } }, "role-empty"],
    ["with nobody but a guest in a role", { members: { ...w.members, "data-lead": [w.guest] } }, "role-empty"],
    ["without a backup on its checklist", { checklist: withoutCheck("backup") }, "checklist-incomplete"],
    [
      "without the check of the previous run",
      { checklist: withoutCheck("previous-run-intact") },
      "checklist-incomplete",
    ],
  ] satisfies [string, Partial<w.StartIntent>, string][])("refuses a start %s", (_title, change, kind) => {
    expect(w.refusalOf(w.beginning, w.start(change)).kind).toBe(kind);
  });

  it("refuses while the service is locked, and names who can unlock", () => {
    const locked = w.play(w.beginning, { type: "lock", reason: "F1 fell", manifest: "m0" });
    expect(w.refusalOf(locked, w.start())).toEqual({ kind: "locked", reason: "F1 fell", who: [w.ines, w.tom, w.rosa] });
  });

  it("starts a candidate that differs in the configuration alone", () => {
    expect(w.factsOf(w.beginning, w.start({ candidate: { ...w.runA, config: "c2" } }))).toHaveLength(2);
  });

  it("numbers releases one after the other", () => {
    const cancelled = w.play(w.started, { type: "cancel", actor: w.rosa, members: w.members, reason: "" });
    expect(w.releaseOf(w.play(cancelled, w.start({ release: "r2" }))).number).toBe(2);
  });
});

describe("a first go-live", () => {
  const first = w.play(w.beginning, w.start({ active: null }));

  it("asks one more person, in the role that the policy names", () => {
    const extra = (story: w.Story) => w.releaseOf(story).checklist.signOffs.find(({ id }) => id === "first-go-live");
    expect(extra(first)).toMatchObject({ role: "approver", quorum: 1, covers: [] });
    const named = w.play(w.beginning, w.start({ active: null, policy: { ...w.policy, firstGoLiveRole: "on-call" } }));
    expect(extra(named)?.role).toBe("on-call");
    expect(w.releaseOf(w.started).checklist.signOffs.some(({ id }) => id === "first-go-live")).toBe(false);
  });

  it("leaves the check of the previous run out, and shows that it does not apply", () => {
    const release = w.releaseOf(first);
    expect(Object.keys(release.checks)).toEqual(["prefix-leakage", "backup"]);
    expect(release.checklist.signOffs.flatMap(({ covers }) => covers)).not.toContain("previous-run-intact");
    const [section] = viewOf(first.service, release, first.now).sections;
    expect(section?.items[1]).toMatchObject({ status: "not-applicable" });
    expect(section).toMatchObject({ total: 2, notBuilt: 1 });
  });

  it("goes live from nothing, and can't without the extra signature", () => {
    const signed = w.play(
      w.finishAll(w.play(first, w.freeze("m1"))),
      w.sign(w.dan, "data-quality"),
      w.sign(w.ines, "go-ahead"),
      w.sign(w.tom, "go-ahead"),
      w.sign(w.omar, "team-notified"),
    );
    expect(w.refusalOf(signed, w.cutOver(w.rosa))).toMatchObject({
      kind: "blocked",
      blockers: [{ id: "first-go-live" }],
    });
    const flipping = w.play(signed, w.sign(w.ines, "first-go-live"), w.cutOver(w.rosa), w.intendFlip("f1"));
    expect(w.releaseOf(flipping).flip).toMatchObject({ from: null, to: w.runB });
    const live = w.play(flipping, { type: "settle-flip", flip: "f1", outcome: "flipped", live: w.runB });
    expect(live.service).toMatchObject({ live: w.runB, openRelease: null });
  });
});

function without(role: string) {
  return Object.fromEntries(Object.entries(w.members).filter(([id]) => id !== role));
}

function withoutCheck(check: string) {
  return { ...w.checklist, checks: w.checklist.checks.filter(({ id }) => id !== check) };
}
