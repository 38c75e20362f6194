import { describe, expect, it } from "vitest";
import { GOLIVE } from "#src/release/people";
import type { RollbackIntent } from "#src/rollback/intents";
import { whoConfirmed } from "#src/rollback/says";
import * as w from "#test/release/world";
import {
  attempt,
  carryOut,
  factsOf,
  live,
  plan,
  play,
  refusalOf,
  request,
  rollbackOf,
  type Story,
} from "#test/rollback/story";

const trigger = (change: Partial<Extract<RollbackIntent, { type: "trigger" }>> = {}): RollbackIntent => ({
  type: "trigger",
  by: null,
  trigger: { canary: "cn_0123456789abcdef", kpi: "f1" },
  members: w.members,
  policy: w.policy,
  rollback: "rb_1",
  channel: "C1",
  plan: plan(),
  reason: "f1 is proven worse than its threshold.",
  ...change,
});

/** A wish of somebody without the right. */
const waiting = play(live, request(w.rosa));
const confirm = { type: "confirm-by-canary", by: null, reason: "f1 is proven worse than its threshold." } as const;

describe("a canary's rollback", () => {
  it("is confirmed by the policy as it is asked for, locks go-lives, and says what made it", () => {
    expect(factsOf(live, trigger())).toEqual([
      "rollback-opened",
      "rollback-requested",
      "rollback-confirmed",
      "service-locked",
      "rollback-step-finished",
    ]);
    const rollback = rollbackOf(play(live, trigger()));
    expect(rollback).toMatchObject({
      requester: GOLIVE,
      target: { kind: "previous" },
      trigger: { canary: "cn_0123456789abcdef", kpi: "f1" },
      confirmed: { how: "policy", people: [] },
    });
    expect(whoConfirmed({ how: "policy", people: [] })).toBe("the canary's policy");
  });

  it("is carried out like any other", () => {
    const ended = carryOut(play(live, trigger()));
    expect(rollbackOf(ended).standing).toBe("complete");
    expect(ended.service.live).toEqual(w.runA);
  });

  it("is the person's where somebody gave the canary up", () => {
    expect(rollbackOf(play(live, trigger({ by: w.omar })))).toMatchObject({
      requester: w.omar,
      confirmed: { how: "right", people: [w.omar] },
    });
  });

  it("goes nowhere that is damaged beyond every backup, and nowhere where it is already", () => {
    expect(refusalOf(live, trigger({ plan: plan({ data: "damaged" }) }))).toMatchObject({ kind: "target-damaged" });
    expect(refusalOf(live, trigger({ plan: plan({ to: w.runB }) }))).toMatchObject({ kind: "nothing-to-roll-back" });
  });

  it("confirms somebody's wish that waits, once", () => {
    const confirmed = play(waiting, confirm);
    expect(rollbackOf(confirmed)).toMatchObject({
      standing: "running",
      requester: w.rosa,
      confirmed: { how: "policy", people: [], reason: confirm.reason },
    });
    expect(confirmed.service.lock).not.toBeNull();
    expect(factsOf(confirmed, confirm)).toEqual([]);
  });

  it("doesn't confirm what has become something else since it was asked for", () => {
    const moved: Story = { ...waiting, service: { ...waiting.service, live: { run: "run-c", config: "c1" } } };
    expect(refusalOf(moved, confirm)).toMatchObject({ kind: "view-outdated" });
  });

  it("withdraws a wish that waits for something else, and is opened in the same decision", () => {
    const { decision, story } = attempt(waiting, trigger());
    expect(decision.ok && decision.events.map(({ stream, event }) => `${stream} ${event.type}`)).toEqual([
      "rollback/rb1 rollback-ended",
      "service/docs rollback-closed",
      "service/docs rollback-opened",
      "rollback/rb_1 rollback-requested",
      "rollback/rb_1 rollback-confirmed",
      "service/docs service-locked",
      "rollback/rb_1 rollback-step-finished",
    ]);
    expect(decision.ok && decision.events[0]).toMatchObject({
      by: GOLIVE,
      event: {
        outcome: "withdrawn",
        live: w.runB,
        says: "Withdrawn: the canary's policy rolls back by itself, as #2",
      },
    });
    expect(story.service).toMatchObject({ rollback: "rb_1", rollbacks: 2 });
    expect(rollbackOf(story)).toMatchObject({ number: 2, standing: "running", confirmed: { how: "policy" } });
  });

  it("withdraws nothing where it can't begin, and leaves one alone that is under way", () => {
    expect(refusalOf(waiting, trigger({ plan: plan({ data: "damaged" }) }))).toMatchObject({ kind: "target-damaged" });
    expect(factsOf(play(live, request(w.omar)), trigger())).toEqual([]);
  });

  it("is refused where the open rollback isn't known", () => {
    expect(attempt({ ...waiting, rollback: null }, trigger()).decision).toEqual({
      ok: false,
      refusal: { kind: "rollback-open", number: 1 },
    });
  });
});
