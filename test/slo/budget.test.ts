import { describe, expect, it } from "vitest";
import type { SloReading } from "#src/operations/slo/slo";
import { decideUnlock } from "#src/release/decide-service";
import { ines, members, policy as rights } from "#test/release/world";
import { createWatch } from "#test/slo/looks";
import { HOUR, NOW, policyOf, SLOT } from "#test/slo/world";

const reading = (changes: Partial<SloReading> = {}): SloReading => ({
  id: "answered",
  family: "reliability",
  kind: "ratio",
  standing: "pass",
  value: "99.9 %",
  bar: "≥ 99.5 %",
  says: "…",
  events: 10_000,
  bad: 10,
  allowed: 0.005,
  budgetLeft: 0.8,
  spent: false,
  burn: [],
  trend: null,
  ...changes,
});
const spent = reading({ standing: "fail", value: "99.2 %", budgetLeft: -0.6, spent: true });
const edge = reading({ standing: "pass", budgetLeft: 0.05 });
const locking = () => createWatch({ policy: policyOf({ lock_when_spent: true }) });

describe("a budget that is spent", () => {
  it("is told once, and again only after it was whole enough in between", () => {
    const watch = createWatch();
    expect(watch.see([spent], NOW)).toEqual(["slo-spent"]);
    expect(watch.see([spent], NOW + SLOT)).toEqual([]);
    expect(watch.see([edge], NOW + 2 * SLOT)).toEqual([]);
    expect(watch.see([spent], NOW + 3 * SLOT)).toEqual([]);
    expect(watch.see([reading()], NOW + 4 * SLOT)).toEqual(["slo-restored"]);
    expect(watch.see([spent], NOW + 5 * SLOT)).toEqual(["slo-spent"]);
    expect(watch.service().lock).toBeNull();
  });

  it("is not restored by knowing nothing any more", () => {
    const watch = createWatch();
    watch.see([spent], NOW);
    expect(watch.see([reading({ standing: "inconclusive", budgetLeft: null })], NOW + SLOT)).toEqual([]);
  });

  it("counts no more, and locks nothing, once its SLO is watched no longer or locking was switched off", () => {
    const close = { type: "release-closed", release: "rel_1", as: "cancelled", manifest: null } as const;
    const waiting = () => {
      const watch = locking();
      watch.happens({ type: "release-opened", release: "rel_1", number: 1 }, NOW);
      watch.see([spent], NOW);
      watch.happens(close, NOW + SLOT);
      return watch;
    };
    const unwatched = waiting();
    expect(unwatched.see([], NOW + SLOT)).toEqual(["slo-restored"]);
    expect(unwatched.told.at(-1)?.posts).toMatchObject([
      { note: { kind: "slo-restored", whole: false, says: "Requests answered: This SLO is watched no longer." } },
    ]);
    expect(unwatched.see([], NOW + 2 * SLOT)).toEqual([]);
    const unlocking = waiting();
    unlocking.policy = policyOf({ lock_when_spent: false });
    expect(unlocking.see([spent], NOW + SLOT)).toEqual([]);
    expect(unlocking.service().lock).toBeNull();
  });

  it("that allows nothing is told of again when it happens again, at most hourly, and locks no second time", () => {
    const broken = (bad: number) =>
      reading({ id: "hard_timeouts", kind: "zero", standing: "fail", bad, allowed: 0, budgetLeft: 0, spent: true });
    const watch = locking();
    expect(watch.see([broken(1)], NOW)).toEqual(["slo-spent", "service-locked", "slo-locked"]);
    watch.happens({ type: "service-unlocked", reason: "mended", rootCause: "The pool of connections held one." }, NOW);
    expect(watch.see([broken(1)], NOW + 2 * HOUR)).toEqual([]);
    expect(watch.see([broken(2)], NOW + 2 * HOUR)).toEqual(["slo-spent"]);
    expect(watch.told.at(-1)?.posts).toMatchObject([{ note: { kind: "slo-spent", lock: null } }]);
    expect(watch.facts.at(-1)?.event).toMatchObject({
      says: expect.stringMatching(/missed again: 2 where there were 1/),
    });
    expect(watch.see([broken(5)], NOW + 2 * HOUR + SLOT)).toEqual([]);
    expect(watch.see([broken(5)], NOW + 3 * HOUR)).toEqual(["slo-spent"]);
    expect(watch.service().lock).toBeNull();
  });

  it("locks the next go-live where the policy says so: the reason names the SLO and its numbers", () => {
    const watch = locking();
    expect(watch.see([spent], NOW)).toEqual(["slo-spent", "service-locked", "slo-locked"]);
    expect(watch.service().lock).toMatchObject({
      manifest: null,
      by: { id: "golive" },
      reason: expect.stringMatching(/"Requests answered" \(answered\) is spent: 99\.2 %, bar ≥ 99\.5 %/),
    });
  });

  it("locks once: not again after an unlock with a root cause, until it was restored and spent anew", () => {
    const watch = locking();
    watch.see([spent], NOW);
    const unlock = decideUnlock(watch.service(), {
      type: "unlock",
      actor: ines,
      members,
      policy: rights,
      reason: "mended",
      rootCause: "A connection pool of one: it is twenty now.",
    });
    if (!unlock.ok) throw new Error(JSON.stringify(unlock.refusal));
    for (const { event } of unlock.events) if (event.type === "service-unlocked") watch.happens(event, NOW);
    expect(watch.service().lock).toBeNull();
    expect(watch.see([spent], NOW + SLOT)).toEqual([]);
    expect(watch.service().lock).toBeNull();
    expect(watch.see([reading()], NOW + 2 * SLOT)).toEqual(["slo-restored"]);
    expect(watch.see([spent], NOW + 3 * SLOT)).toEqual(["slo-spent", "service-locked", "slo-locked"]);
  });

  it("lets an open release go on: the lock comes when it is closed, or never if the budget is whole by then", () => {
    const close = { type: "release-closed", release: "rel_1", as: "cancelled", manifest: null } as const;
    for (const [then, facts] of [
      [spent, ["service-locked", "slo-locked"]],
      [reading(), ["slo-restored"]],
    ] as const) {
      const watch = locking();
      watch.happens({ type: "release-opened", release: "rel_1", number: 1 }, NOW);
      expect(watch.see([spent], NOW)).toEqual(["slo-spent"]);
      expect(watch.told.at(-1)?.posts[0]?.note).toMatchObject({ kind: "slo-spent", lock: "waits" });
      expect(watch.see([spent], NOW + SLOT)).toEqual([]);
      watch.happens(close, NOW + SLOT);
      expect(watch.see([then], NOW + 2 * SLOT)).toEqual(facts);
    }
  });

  it("leaves a lock that is there its reason and its manifest", () => {
    const watch = locking();
    watch.happens({ type: "service-locked", reason: "Rolled back.", manifest: "a".repeat(64) }, NOW);
    watch.see([spent], NOW);
    expect(watch.service().lock).toMatchObject({
      manifest: "a".repeat(64),
      reason: expect.stringMatching(/^Rolled back\. The error budget of/),
    });
  });

  it("locks once for several that are spent at the same time", () => {
    const watch = locking();
    const other = { ...spent, id: "p95_latency" as const };
    expect(watch.see([spent, other], NOW)).toEqual([
      "slo-spent",
      "slo-spent",
      "service-locked",
      "slo-locked",
      "slo-locked",
    ]);
    expect(watch.service().lock?.reason).toMatch(/answered.*p95_latency/s);
  });
});

describe("what is told of budgets", () => {
  it("stands in the week's thread, but a lock in the channel", () => {
    const quiet = createWatch({ thread: "wk_docs_2026-W26" });
    quiet.see([spent], NOW);
    expect(quiet.told.at(-1)?.posts).toMatchObject([
      { to: { kind: "thread", subject: "wk_docs_2026-W26" }, note: { kind: "slo-spent", lock: null } },
    ]);
    const loud = createWatch({ policy: policyOf({ lock_when_spent: true }), thread: "wk_docs_2026-W26" });
    loud.see([spent], NOW);
    expect(loud.told.at(-1)?.posts).toMatchObject([
      { to: { kind: "channel", channel: "C0RELEASE" }, note: { kind: "slo-spent", lock: "locked" } },
    ]);
  });
});
