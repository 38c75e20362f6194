import { describe, expect, it } from "vitest";
import type { Checklist } from "#src/release/checklist";
import { viewOf } from "#src/release/view-of";
import * as w from "#test/release/world";

const view = (story: w.Story) => viewOf(story.service, w.releaseOf(story), story.now);
const texts = (story: w.Story) => view(story).blockers.map(({ text }) => text);

describe("what people see", () => {
  it("says what blocks, in full sentences, most urgent first", () => {
    const frozen = w.play(w.started, w.freeze("m1"), { type: "start-check", check: "backup", attempt: 1 });
    const leaking = w.finish(frozen, "prefix-leakage", w.result("fail", "3 of 41,220 chunks begin with `Document: `"));
    expect(texts(w.play(frozen, leaking))).toEqual([
      "prefix-leakage: 3 of 41,220 chunks begin with `Document: `",
      "backup: running",
      "previous-run-intact: waiting to run",
      "Data quality: data-lead has not signed (Dan Ito or Mei Sato)",
      "Go-ahead: 0 of 2 people of approver have signed (Ines Falk and Tom Adeyemi)",
      "Team notified: on-call has not signed (Omar Reyes or Ines Falk)",
    ]);
  });

  it("puts a pause, a lock and a veto before everything else", () => {
    const story = w.play(
      w.green,
      { type: "pause", because: "channel-archived" },
      { type: "lock", reason: "F1 fell", manifest: null },
      { type: "veto", actor: w.mei, members: w.members, signOff: "data-quality", reason: "wrong sample" },
    );
    expect(texts(story).slice(0, 3)).toEqual([
      "Paused: its release channel is archived",
      "Go-lives of docs are locked by Golive: F1 fell",
      "Data quality: vetoed by Mei Sato (wrong sample)",
    ]);
  });

  it("says when too few people are left who may sign", () => {
    const members = { ...w.members, approver: [w.ines, w.rosa], "data-lead": [w.rosa] };
    const short = w.play(w.green, { type: "refresh-members", members });
    expect(texts(short)).toEqual([
      "Data quality: data-lead has not signed (nobody who may sign is left)",
      "Go-ahead: 0 of 2 people of approver have signed (only Ines Falk may sign, 2 are needed)",
      "Team notified: on-call has not signed (Omar Reyes or Ines Falk)",
    ]);
  });

  it("offers a sign-off to nobody who would be refused", () => {
    for (const story of [w.green, w.play(w.green, w.sign(w.ines, "go-ahead")), w.ready]) {
      for (const { definition, mayNow } of view(story).signOffs) {
        for (const actor of [w.rosa, w.dan, w.mei, w.ines, w.tom, w.omar]) {
          const { decision } = w.attempt(story, w.sign(actor, definition.id));
          expect([definition.id, actor.name, decision.ok]).toEqual([definition.id, actor.name, mayNow.includes(actor)]);
        }
      }
    }
  });

  it("goes from checking over signing to ready", () => {
    expect([w.started, w.green, w.ready].map((story) => view(story).phase)).toEqual(["checking", "signing", "ready"]);
    expect(view(w.ready).progress).toEqual({ checksDone: 3, checksTotal: 3, signed: 4, toSign: 4 });
    expect(view(w.green).progress).toEqual({ checksDone: 3, checksTotal: 3, signed: 0, toSign: 4 });
  });

  it("counts what is green, and lists what is not built without counting it", () => {
    const [section] = view(w.green).sections;
    expect(section).toMatchObject({ green: 2, total: 3, notBuilt: 1 });
    expect(section?.items.map(({ status }) => status)).toEqual(["pass", "pass", "not-built", "waiting"]);
  });

  it("says of a line after the cutover which KPI of the canary watches it, and of one without a KPI that nothing does", () => {
    const release = w.green.release;
    if (release === null) throw new Error("no release");
    const [line] = release.checklist.items;
    if (line === undefined) throw new Error("no line");
    const items = [
      { ...line, proof: { kind: "after-cutover", check: "canary-f1", by: "canary", kpi: "f1" } },
      { ...line, proof: { kind: "after-cutover", check: "tool-schema", by: "canary", kpi: null } },
      { ...line, proof: { kind: "after-cutover", check: "cache-clear", by: "rollback" } },
    ] as const;
    const story = { ...w.green, release: { ...release, checklist: { ...release.checklist, items } } };
    const [section] = view(story).sections;
    expect(section?.items.map(({ status, line: says }) => `${status}: ${says}`)).toEqual([
      "after-cutover: watched by the canary: f1",
      "not-applicable: no KPI of quality_gates.yaml measures it",
      "after-cutover: done by every rollback",
    ]);
    expect(section).toMatchObject({ green: 0, total: 0, afterCutover: 2, notApplicable: 1, notBuilt: 0 });
  });

  it("waives visibly: a waived item is not green", () => {
    const failing = w.rerun(w.green, "prefix-leakage", w.result("fail"));
    const until = w.T0 + w.HOUR;
    const reason = "three drafts only";
    const waived = w.play(failing, {
      type: "waive",
      actor: w.tom,
      members: w.members,
      check: "prefix-leakage",
      reason,
      until,
    });
    expect(view(waived).sections[0]).toMatchObject({ green: 1, total: 3 });
    expect(view(waived).sections[0]?.items[0]).toMatchObject({ status: "waived", line: "v (bar: b)" });
    expect(view(waived).checks[0]?.waiver).toMatchObject({ by: w.tom, reason, until });
    const expired = w.rerun(w.later(waived, w.HOUR), "prefix-leakage", w.result("fail"));
    expect(texts(expired)[0]).toBe("prefix-leakage: fail indeed (the waiver by Tom Adeyemi has expired)");
  });

  it("shows what is declared not to apply as that: it opens its gate, but is counted neither green nor missing", () => {
    const reason = "the service has no prefix";
    const [first, ...others] = w.checklist.checks;
    if (first === undefined) throw new Error("the checklist lost its checks");
    const checklist = { ...w.checklist, checks: [{ ...first, notApplicable: reason }, ...others] };
    const declared = { ...w.releaseOf(w.green), checklist };
    const shown = viewOf(w.green.service, declared, w.green.now);
    expect(shown.checks[0]?.status).toBe("not-applicable");
    expect(shown.sections[0]).toMatchObject({ green: 1, total: 2, notApplicable: 1 });
    expect(shown.sections[0]?.items[0]?.line).toBe(reason);
    expect(shown.blockers.filter(({ id }) => id === "prefix-leakage")).toEqual([]);
    // Data that contradicts it makes it fail, like any other check.
    const against = { ...w.releaseOf(w.rerun(w.green, "prefix-leakage", w.result("fail"))), checklist };
    expect(viewOf(w.green.service, against, w.green.now).checks[0]?.status).toBe("fail");
  });

  it.each(["pass", "fail", "inconclusive", "error"] as const)(
    "a result that is older than it may be is stale, blocks and waits to run again: %s",
    (verdict) => {
      const found = w.rerun(w.green, "prefix-leakage", w.result(verdict));
      const aged = w.later(found, w.HOUR);
      expect(view(aged).checks[0]?.status).toBe("stale");
      expect(view(aged).sections[0]?.items[0]).toMatchObject({ status: "stale", line: `${verdict} then: v (bar: b)` });
      const was = verdict === "pass" ? "evidence" : `last result (${verdict})`;
      expect(texts(aged)).toContain(`prefix-leakage: its ${was} is older than 1 h; it has to run again`);
      expect(view(w.play(aged, { type: "refresh-check", check: "prefix-leakage" })).checks[0]?.status).toBe("pending");
    },
  );

  it("says what voided a sign-off until it is given again", () => {
    const moved = w.rerun(w.ready, "prefix-leakage", w.result("pass", "fine", "other inputs"));
    expect(view(moved).signOffs[0]).toMatchObject({ status: "waiting", voided: [{ person: w.dan }] });
    expect(view(w.play(moved, w.sign(w.mei, "data-quality"))).signOffs[0]).toMatchObject({
      status: "signed",
      voided: [],
    });
  });

  it("shows other phases without letting them block, but what nobody placed blocks", () => {
    const placed = (phase: "canary" | "before", id: string): Checklist["items"][number] => ({
      id,
      section: "gates",
      phase,
      text: id,
      proof: { kind: "sign-off", signOff: "team-notified" },
    });
    const release = w.releaseOf(w.green);
    const blocking = (items: Checklist["items"]) =>
      viewOf(w.green.service, { ...release, checklist: { ...release.checklist, items } }, w.green.now).blockers.map(
        ({ id }) => id,
      );
    expect(blocking([placed("canary", "a")])).not.toContain("team-notified");
    expect(blocking([placed("canary", "a"), placed("before", "b")])).toContain("team-notified");
    expect(blocking([])).toContain("team-notified");
  });

  it("shows an ended release as it stood when it ended", () => {
    const live = w.play(w.ready, w.cutOver(w.rosa), w.intendFlip("f1"), {
      type: "settle-flip",
      flip: "f1",
      outcome: "flipped",
      live: w.runB,
    });
    const days = view(w.later(live, 48 * w.HOUR));
    expect(days).toMatchObject({ phase: "live", blockers: [] });
    expect(days.checks.map(({ status }) => status)).toEqual(["pass", "pass", "pass"]);
  });
});
