import { describe, expect, it } from "vitest";
import type { Intent } from "#src/release/intents";
import { namesFrom, refusalText } from "#src/release/refusal-text";
import { viewOf } from "#src/release/view-of";
import * as w from "#test/release/world";

const request = (check: string, actor = w.rosa): Intent => ({
  type: "request-check",
  actor,
  members: w.members,
  check,
});
const result = (attempt: number, outcome = w.result("fail"), check = "backup"): Intent => ({
  type: "finish-check",
  check,
  attempt,
  result: outcome,
});

describe("rule 7: checks, jobs and retries", () => {
  it("asks for every check once the manifest is frozen, and once only", () => {
    expect(w.factsOf(w.started, w.freeze("m1"))).toEqual([
      "manifest-frozen",
      "check-requested",
      "check-requested",
      "check-requested",
    ]);
    expect(w.factsOf(w.play(w.started, w.freeze("m1")), w.freeze("m1"))).toEqual([]);
    expect(w.factsOf(w.started, request("all"))).toEqual([]);
  });

  it("takes one start and one result per attempt", () => {
    const begin: Intent = { type: "start-check", check: "backup", attempt: 1 };
    const frozen = w.play(w.started, w.freeze("m1"));
    const running = w.play(frozen, begin);
    expect(w.factsOf(running, begin)).toEqual([]);
    const finished = w.play(running, result(1));
    expect(w.factsOf(finished, result(1))).toEqual([]);
    expect(w.factsOf(finished, begin)).toEqual([]);
  });

  it("ignores a result of an older attempt, and of one that was never asked for", () => {
    const again = w.play(w.green, request("backup"));
    expect(w.factsOf(again, result(1))).toEqual([]);
    expect(w.factsOf(again, result(3))).toEqual([]);
    expect(w.factsOf(again, result(2))).toEqual(["check-finished"]);
    expect(w.factsOf(w.started, result(0))).toEqual([]);
  });

  it("asks again only for what is not under way", () => {
    const again = w.play(w.green, request("backup"));
    expect(w.factsOf(again, request("backup"))).toEqual([]);
    expect(w.factsOf(again, request("all"))).toHaveLength(2);
  });

  it("lets the requester and anybody with a role rerun, and nobody else", () => {
    expect(w.factsOf(w.green, request("backup", w.dan))).toEqual(["check-requested"]);
    expect(w.refusalOf(w.green, request("backup", w.guest)).kind).toBe("not-a-member");
    expect(w.refusalOf(w.green, request("backup", w.person("U-X", "Xenia"))).kind).toBe("no-right");
    expect(w.refusalOf(w.green, request("nonsense")).kind).toBe("unknown-item");
  });

  it("leaves a running cutover alone when evidence is about to age", () => {
    expect(w.factsOf(w.play(w.ready, w.cutOver(w.rosa)), { type: "refresh-check", check: "backup" })).toEqual([]);
  });

  it("changes nothing of a release that has ended, and tells people so", () => {
    const cancel: Intent = { type: "cancel", actor: w.tom, members: w.members, reason: "wrong run" };
    const ended = w.play(w.green, cancel);
    expect(w.releaseOf(ended)).toMatchObject({ standing: "cancelled", ended: { by: w.tom, reason: "wrong run" } });
    for (const late of [result(1), w.freeze("m2"), { type: "refresh-members", members: {} } satisfies Intent]) {
      expect(w.factsOf(ended, late)).toEqual([]);
    }
    expect(w.refusalOf(ended, cancel)).toEqual({ kind: "release-ended", number: 1, as: "cancelled" });
    expect(w.refusalOf(ended, w.sign(w.dan, "data-quality")).kind).toBe("release-ended");
    expect(w.refusalOf(w.beginning, w.sign(w.dan, "data-quality")).kind).toBe("no-open-release");
  });
});

describe("a release's life", () => {
  it("is cancelled by its requester or by whoever has the right", () => {
    const cancel = (actor: typeof w.rosa): Intent => ({ type: "cancel", actor, members: w.members, reason: "" });
    expect(w.factsOf(w.green, cancel(w.rosa))).toEqual(["release-cancelled", "release-closed"]);
    expect(w.refusalOf(w.green, cancel(w.dan)).kind).toBe("no-right");
    const members = { ...w.members, "release-manager": [] };
    const demoted: Intent = { type: "cancel", actor: w.rosa, members, reason: "" };
    expect(w.factsOf(w.green, demoted)).toHaveLength(2);
  });

  it("pauses once, moves nowhere meanwhile, can be stopped, and goes on", () => {
    const pause: Intent = { type: "pause", because: "channel-archived" };
    const paused = w.play(w.ready, pause);
    expect(w.factsOf(paused, pause)).toEqual([]);
    expect(w.refusalOf(paused, w.cutOver(w.rosa)).kind).toBe("paused");
    expect(w.refusalOf(w.play(w.green, pause), w.sign(w.dan, "data-quality")).kind).toBe("paused");
    expect(w.factsOf(paused, { type: "withdraw", actor: w.dan, signOff: "data-quality" })).toHaveLength(1);
    expect(viewOf(paused.service, w.releaseOf(paused), paused.now)).toMatchObject({ phase: "paused" });
    const resumed = w.play(paused, { type: "resume" });
    expect(w.factsOf(resumed, { type: "resume" })).toEqual([]);
    expect(w.factsOf(resumed, w.cutOver(w.rosa))).toEqual(["cutover-requested"]);
  });

  it("takes another configuration in: what is new runs, what is gone no longer counts, the same text changes nothing", () => {
    const { members, policy, checklist } = w;
    const same: Intent = { type: "change-policy", checklist, policy, members };
    expect(w.factsOf(w.ready, same)).toEqual([]);
    const smoke = { id: "smoke", title: "Smoke", version: 1, freshForMs: w.HOUR, waivable: false };
    const other = {
      ...checklist,
      checks: [...checklist.checks, smoke],
      signOffs: checklist.signOffs.filter(({ id }) => id !== "team-notified"),
    };
    const changed = w.play(w.ready, { ...same, checklist: other });
    expect(changed.journal.slice(-3).map(({ event }) => event.type)).toEqual([
      "policy-changed",
      "check-requested",
      "sign-off-voided",
    ]);
    expect(changed.journal.at(-3)?.event).toMatchObject({
      changes: ["sign-off team-notified removed", "check smoke added"],
    });
    expect(w.releaseOf(changed).checks.smoke).toMatchObject({ status: "pending", attempt: 1 });
    const noBackup = { ...checklist, checks: checklist.checks.filter(({ id }) => id !== "backup") };
    expect(w.refusalOf(w.ready, { ...same, checklist: noBackup }).kind).toBe("checklist-incomplete");
  });
});

describe("a service", () => {
  const digest = (major: number, end: string) => `gl2:${major}:10:${end.repeat(32)}`;
  const adopt = (actor = w.rosa, counted = digest(18, "a")): Intent => ({
    type: "adopt-run",
    actor,
    members: w.members,
    run: "run-a",
    chunks: 10,
    digest: counted,
    policy: w.policy,
  });

  it("adopts a run once, by somebody who may start releases; the same content again changes nothing", () => {
    const adopted = w.play(w.beginning, adopt());
    expect(adopted.service.adopted["run-a"]).toMatchObject({ chunks: 10, digest: digest(18, "a"), by: w.rosa });
    expect(w.factsOf(adopted, adopt())).toEqual([]);
    expect(w.refusalOf(adopted, adopt(w.dan)).kind).toBe("no-right");
    expect(w.refusalOf(w.beginning, adopt(w.dan)).kind).toBe("no-right");
  });

  it("never adopts other content under a name it has adopted, and says that the content changed", () => {
    const adopted = w.play(w.beginning, adopt());
    const refusal = w.refusalOf(adopted, adopt(w.rosa, digest(18, "b")));
    expect(refusal.kind).toBe("run-known");
    expect(refusalText(refusal, namesFrom(null))).toMatch(/content has changed since.*under a new id/);
  });

  it.each([
    ["another Postgres major", digest(17, "b"), digest(18, "a")],
    ["another algorithm", digest(18, "b"), "gl9:18:10:abc"],
  ])("adopts anew what was recorded under %s: the two can't be compared", (_what, before, now) => {
    const again = w.play(w.play(w.beginning, adopt(w.rosa, before)), adopt(w.rosa, now));
    expect(again.service.adopted["run-a"]).toMatchObject({ digest: now });
  });

  it("locks once for one reason, and has nothing to unlock when it is not locked", () => {
    const lock: Intent = { type: "lock", reason: "breach", manifest: "m1" };
    const locked = w.play(w.beginning, lock);
    expect(w.factsOf(locked, lock)).toEqual([]);
    expect(locked.service.rolledBack).toEqual(["m1"]);
    const unlock: Intent = {
      type: "unlock",
      actor: w.ines,
      members: w.members,
      reason: "ok",
      rootCause: "a swapped reranker",
      policy: w.policy,
    };
    const unlocked = w.play(locked, unlock);
    expect(unlocked.service).toMatchObject({ lock: null, rolledBack: [] });
    expect(w.refusalOf(unlocked, unlock).kind).toBe("not-locked");
  });
});
