import { describe, expect, it } from "vitest";
import { consequencesOfProposal } from "#src/operations/proposals/consequences";
import { decideProposal } from "#src/operations/proposals/decide";
import type { ProposalEvent } from "#src/operations/proposals/events";
import { GOLIVE } from "#src/release/people";
import { namesFrom, refusalText } from "#src/release/refusal-text";
import * as s from "#test/proposals/story";
import * as w from "#test/release/world";

describe("making a proposal", () => {
  it("opens it in the agenda and makes it, numbered after those before", () => {
    const decision = decideProposal({ proposalCount: 4, open: [] }, null, { type: "make", ...s.facts() }, w.T0);
    expect(s.typesOf(decision)).toEqual(["proposal-opened", "proposal-made"]);
    expect(s.after(null, decision)).toMatchObject({ id: "pp_1", number: 5, ended: null, agreed: null, accepted: [] });
  });

  it("adds nothing when the same evidence was proposed before, whatever became of it", () => {
    const declined = s.play(s.made(), {
      type: "decline",
      actor: w.ines,
      members: w.members,
      reason: "Not this month.",
    });
    for (const before of [s.made(), declined]) {
      expect(decideProposal(s.NOTHING_BEFORE, before, { type: "make", ...s.facts() }, w.T0)).toEqual({
        ok: true,
        events: [],
      });
    }
  });

  it("makes an older one of the same kind stale, and leaves one of another kind alone", () => {
    const older = s.made({ proposal: "pp_0" });
    const other = s.made({ proposal: "pp_9", kind: "few-shot-refresh" });
    const decision = decideProposal(
      { proposalCount: 2, open: [older, other] },
      null,
      { type: "make", ...s.facts() },
      w.T0,
    );
    expect(decision.events.map(({ stream, event }) => `${stream} ${event.type}`)).toEqual([
      "proposal/pp_0 proposal-stale",
      "agenda/docs proposal-closed",
      "agenda/docs proposal-opened",
      "proposal/pp_1 proposal-made",
    ]);
  });

  it("leaves one alone that everybody has accepted and that is being carried out", () => {
    const agreed = s.play(s.made({ proposal: "pp_0", approvers: ["approver"] }), s.accepts(w.ines));
    const decision = decideProposal({ proposalCount: 1, open: [agreed] }, null, { type: "make", ...s.facts() }, w.T0);
    expect(s.typesOf(decision)).toEqual(["proposal-opened", "proposal-made"]);
  });
});

describe("accepting", () => {
  it("takes one person of each role, and only then is it carried out", () => {
    const first = decideProposal(s.NOTHING_BEFORE, s.made(), s.accepts(w.ines), w.T0 + 1);
    expect(first.events[0]?.event).toMatchObject({ type: "proposal-accepted", role: "approver", complete: false });
    const half = s.play(s.made(), s.accepts(w.ines));
    expect(half.agreed).toBeNull();
    const whole = s.play(half, s.accepts(w.dan));
    expect(whole.agreed?.by).toEqual(w.dan);
    const recorded = (event: ProposalEvent, version: number) =>
      consequencesOfProposal(whole, [{ stream: "proposal/pp_1", version, at: w.T0, by: w.dan, event }]).jobs;
    const accepted = { type: "proposal-accepted", role: "data-lead", members: [] } as const;
    expect(recorded({ ...accepted, complete: false }, 2)).toEqual([]);
    expect(recorded({ ...accepted, complete: true }, 3)).toEqual([
      { queue: "apply-proposal", cause: "proposal/pp_1/3", data: { service: "docs", proposal: "pp_1" } },
    ]);
  });

  it("counts one person once, also one who is in both roles", () => {
    const members = { ...w.members, "data-lead": [w.dan, w.ines] };
    const half = s.play(s.made(), s.accepts(w.ines, { members }));
    expect(s.refusalOf(half, s.accepts(w.ines, { members }))).toMatchObject({
      kind: "already-accepted",
      who: [w.tom, w.rosa],
    });
    expect(half.accepted.map(({ role }) => role)).toEqual(["data-lead"]);
  });

  it("gives whoever is in several roles the place that the fewest others could take", () => {
    const members = { approver: [w.ines, w.tom], "data-lead": [w.ines] };
    const half = s.play(s.made(), s.accepts(w.ines, { members }));
    expect(s.play(half, s.accepts(w.tom, { members })).agreed?.by).toEqual(w.tom);
  });

  it("lets one person fill all their roles where the policy says so", () => {
    const rights = { ...w.policy, onePersonManyRoles: true };
    const members = { ...w.members, "data-lead": [w.ines] };
    expect(s.play(s.made({ rights }), s.accepts(w.ines, { members })).agreed?.by).toEqual(w.ines);
  });

  it("tells a second of the same role that it isn't needed", () => {
    const half = s.play(s.made(), s.accepts(w.ines));
    const refusal = s.refusalOf(half, s.accepts(w.tom));
    expect(refusal).toMatchObject({ kind: "acceptance-not-needed", roles: ["data-lead"], who: [w.dan, w.mei] });
  });

  it("doesn't count whoever has left the role since; somebody else of it accepts then", () => {
    const half = s.play(s.made(), s.accepts(w.ines));
    const members = { ...w.members, approver: [w.tom] };
    const later = s.play(half, s.accepts(w.dan, { members }));
    expect(later.agreed).toBeNull();
    expect(s.play(later, s.accepts(w.tom, { members })).agreed?.by).toEqual(w.tom);
  });

  it.each([
    ["Golive itself", GOLIVE],
    ["a guest", w.guest],
    ["a stranger", { ...w.ines, kind: "stranger" as const }],
  ])("refuses %s", (_, actor) => {
    const members = { approver: [actor], "data-lead": [w.dan] };
    expect(s.refusalOf(s.made(), s.accepts(actor, { members }))).toMatchObject({ kind: "not-a-member" });
  });

  it("refuses who is in none of the roles, and names who could", () => {
    expect(s.refusalOf(s.made(), s.accepts(w.omar))).toMatchObject({
      kind: "no-right",
      who: [w.ines, w.tom, w.rosa, w.dan, w.mei],
    });
  });

  it("decides nothing while a role can't be resolved", () => {
    const members = { approver: [w.ines] };
    expect(s.refusalOf(s.made(), s.accepts(w.ines, { members }))).toEqual({
      kind: "role-unresolved",
      roles: ["data-lead"],
    });
  });

  it.each([
    ["another configuration is live", { pair: { run: "run-1", config: "v2" }, digest: s.BASE.digest }],
    ["another run is live", { pair: { run: "run-2", config: "v1" }, digest: s.BASE.digest }],
    ["somebody edited the version", { pair: s.LIVE.pair, digest: "f".repeat(64) }],
    ["the version is gone", { pair: s.LIVE.pair, digest: null }],
    ["nothing is live", null],
  ])("is refused and ends stale when %s", (_, live) => {
    const decision = decideProposal(s.NOTHING_BEFORE, s.made(), s.accepts(w.ines, { live }), w.T0 + 1);
    expect(decision).toMatchObject({ ok: false, refusal: { kind: "proposal-stale", number: 1 } });
    expect(s.after(s.made(), decision)?.ended?.as).toBe("stale");
    expect(s.typesOf(decision)).toEqual(["proposal-stale", "proposal-closed"]);
  });

  it("is refused once its time is over, which ends it", () => {
    const decision = decideProposal(s.NOTHING_BEFORE, s.made(), s.accepts(w.ines), w.T0 + 14 * s.DAY);
    expect(decision).toMatchObject({ ok: false, refusal: { kind: "proposal-ended", as: "expired" } });
    expect(s.typesOf(decision)).toEqual(["proposal-expired", "proposal-closed"]);
    expect(s.refusalOf(s.made(), s.accepts(w.ines), w.T0 + 14 * s.DAY - 1)).toBeNull();
  });

  it("changes nothing when pressed after everybody has", () => {
    const agreed = s.play(s.made(), s.accepts(w.ines), s.accepts(w.dan));
    expect(decideProposal(s.NOTHING_BEFORE, agreed, s.accepts(w.tom), w.T0 + 1)).toEqual({ ok: true, events: [] });
  });
});

describe("declining", () => {
  const decline = (actor = w.dan, reason = "The questions are last year's.") =>
    ({ type: "decline", actor, members: w.members, reason }) as const;

  it("takes one approver and a reason, and ends it", () => {
    const state = s.play(s.made(), s.accepts(w.ines), decline());
    expect(state.ended).toMatchObject({ as: "declined", says: "The questions are last year's.", by: w.dan });
    expect(s.refusalOf(state, s.accepts(w.tom))).toMatchObject({ kind: "proposal-ended", as: "declined" });
  });

  it("is refused without a reason, to others, and once it is being carried out", () => {
    expect(s.refusalOf(s.made(), decline(w.dan, "  no  "))).toMatchObject({ kind: "reason-needed" });
    expect(s.refusalOf(s.made(), decline(w.omar))).toMatchObject({ kind: "no-right" });
    expect(s.refusalOf(s.made(), decline(GOLIVE))).toMatchObject({ kind: "not-a-member" });
    const agreed = s.play(s.made(), s.accepts(w.ines), s.accepts(w.dan));
    expect(s.refusalOf(agreed, decline())).toMatchObject({ kind: "too-late", of: "proposal" });
  });
});

describe("looking at an open one", () => {
  it("ends what nobody decided in time and what no longer changes what is live", () => {
    const look = (live = s.LIVE, now = w.T0 + 1) =>
      s.typesOf(decideProposal(s.NOTHING_BEFORE, s.made(), { type: "look", live }, now));
    expect(look()).toEqual([]);
    expect(look({ ...s.LIVE, digest: "f".repeat(64) })).toEqual(["proposal-stale", "proposal-closed"]);
    expect(look(s.LIVE, w.T0 + 14 * s.DAY)).toEqual(["proposal-expired", "proposal-closed"]);
  });

  it("never takes back what everybody has accepted in time, nor what is written", () => {
    const agreed = s.play(s.made(), s.accepts(w.ines), s.accepts(w.dan));
    const late = decideProposal(s.NOTHING_BEFORE, agreed, { type: "look", live: s.LIVE }, w.T0 + 20 * s.DAY);
    expect(late.events).toEqual([]);
    const written = s.play(agreed, { type: "written", config: "v1+nudge-1", digest: "d" });
    expect(decideProposal(s.NOTHING_BEFORE, written, { type: "look", live: null }, w.T0 + 1).events).toEqual([]);
  });
});

describe("carrying it out", () => {
  const agreed = s.play(s.made(), s.accepts(w.ines), s.accepts(w.dan));

  it("says each step once, however often it is done", () => {
    const written = s.play(agreed, { type: "written", config: "v1+nudge-1", digest: "d" });
    const again = decideProposal(
      s.NOTHING_BEFORE,
      written,
      { type: "written", config: "v1+nudge-1", digest: "d" },
      w.T0,
    );
    expect(again.events).toEqual([]);
    const released = s.play(written, { type: "released", release: "rel_1" });
    expect(released).toMatchObject({ release: "rel_1", ended: { as: "released" } });
    for (const intent of [
      { type: "released", release: "rel_2" },
      { type: "left", says: "x" },
      { type: "failed", says: "x" },
    ] as const) {
      expect(decideProposal(s.NOTHING_BEFORE, released, intent, w.T0).events).toEqual([]);
    }
  });

  it("does nothing with one that not everybody has accepted", () => {
    const half = s.play(s.made(), s.accepts(w.ines));
    const intent = { type: "written", config: "v1+nudge-1", digest: "d" } as const;
    expect(decideProposal(s.NOTHING_BEFORE, half, intent, w.T0).events).toEqual([]);
  });
});

describe("refusals in words", () => {
  it("say what, why, who can and what next", () => {
    const text = (refusal: Parameters<typeof refusalText>[0]) => refusalText(refusal, namesFrom(null));
    expect(text({ kind: "already-accepted", number: 3, roles: ["data-lead"], who: [w.dan, w.mei] })).toBe(
      "You have accepted proposal #3 already; it counts once. It still needs data-lead (Dan Ito and Mei Sato). Ask Dan Ito or Mei Sato.",
    );
    expect(text({ kind: "proposal-stale", number: 3, because: "It changes a, and b is live now." })).toMatch(
      /^Proposal #3 can't be accepted any more: It changes a, and b is live now\. Nothing was written/,
    );
    expect(text({ kind: "proposal-ended", number: 3, as: "declined", says: "Not now" })).toContain(
      "over (declined): Not now.",
    );
    expect(text({ kind: "no-proposal" })).toContain("golive proposal list");
  });
});
