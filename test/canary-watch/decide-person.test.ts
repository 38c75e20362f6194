import { describe, expect, it } from "vitest";
import type { CanaryPersonIntent } from "#src/canary/watch/intents";
import { namesFrom, refusalText } from "#src/release/refusal-text";
import {
  breached,
  canaryOf,
  dan,
  eventsOf,
  factsOf,
  guest,
  HOUR,
  later,
  look,
  MINUTE,
  members,
  omar,
  play,
  pointTo,
  refusalOf,
  rosa,
  runA,
  started,
  watch,
  wentLive,
} from "#test/canary-watch/story";

const reason = "because of what we know";
const acts = {
  pause: { type: "pause", actor: omar, members, reason },
  resume: { type: "resume", actor: omar, members, reason },
  extend: { type: "extend", actor: omar, members, reason, hours: 12 },
  promote: { type: "promote", actor: omar, members, reason },
  abort: { type: "abort", actor: omar, members, reason },
  hold: { type: "hold", actor: omar, members, reason },
  acknowledge: { type: "acknowledge", actor: omar, members, kpi: "f1" },
  mute: { type: "mute", actor: omar, members, kpi: "f1", hours: 1 },
  escalate: { type: "escalate", actor: omar, members, kpi: "f1" },
} as const satisfies Record<string, CanaryPersonIntent>;
const all = Object.values(acts);
const story = breached();
const triggered = play(story, acts.abort);

describe("who may", () => {
  it.each(all)("a guest can't $type", (intent) => {
    expect(refusalOf(story, { ...intent, actor: guest })).toMatchObject({ kind: "not-a-member" });
  });

  it.each([
    ["pause", "canary"],
    ["resume", "canary"],
    ["extend", "canary"],
    ["promote", "canary"],
    ["hold", "canary"],
    ["abort", "rollback"],
    ["mute", "mute"],
  ] as const)("%s needs the right %s", (type, right) => {
    expect(refusalOf(story, { ...acts[type], actor: rosa })).toMatchObject({ kind: "no-right", right });
  });

  it.each(["acknowledge", "escalate"] as const)("any member can %s", (type) => {
    expect(factsOf(story, { ...acts[type], actor: dan })).toHaveLength(1);
  });

  it("nobody is guessed into a role that could not be resolved", () => {
    expect(refusalOf(story, { ...acts.pause, members: {} })).toMatchObject({ kind: "role-unresolved" });
  });

  it.each(["pause", "resume", "extend", "promote", "abort", "hold"] as const)(
    "%s takes a reason that says something",
    (type) => {
      expect(refusalOf(story, { ...acts[type], reason: "  no      " })).toMatchObject({ kind: "reason-needed" });
    },
  );
});

describe("what doesn't fit", () => {
  it.each(all)("$type of a canary that never was is refused", (intent) => {
    expect(refusalOf(wentLive, intent)).toEqual({ kind: "no-canary", service: "docs" });
  });

  it.each(all)("$type of a canary that has ended is refused", (intent) => {
    const ended = play(pointTo(story, runA), watch(null));
    expect(refusalOf(ended, intent)).toEqual({ kind: "canary-ended", number: 1, as: "rolled-back" });
  });

  it.each(["pause", "extend", "promote", "hold"] as const)("%s is too late once a rollback is triggered", (type) => {
    const refusal = refusalOf(triggered, acts[type]);
    expect(refusal).toMatchObject({ kind: "too-late" });
    expect(refusalText(refusal, namesFrom(null))).toContain("Watch the canary message");
  });

  it.each(["acknowledge", "mute", "escalate"] as const)(
    "%s names a KPI that is in breach, or hears which ones are",
    (type) => {
      expect(refusalOf(story, { ...acts[type], kpi: "precision" })).toEqual({
        kind: "no-breach",
        kpi: "precision",
        breached: ["f1"],
      });
      expect(refusalOf(story, { ...acts[type], kpi: "f2" })).toMatchObject({ kind: "kpi-unknown", kpi: "f2" });
    },
  );

  it.each([0, -1, 1.5, 121, Number.NaN])("%s hours are no extension", (hours) => {
    expect(refusalOf(story, { ...acts.extend, hours })).toMatchObject({ kind: "hours-invalid", most: 120 });
  });

  it("an extension beyond what seven calendar days can hold is refused with the most that they can", () => {
    const resumed = play(later(play(story, { ...acts.extend, hours: 60 }, acts.pause), 10 * HOUR), acts.resume);
    expect(refusalOf(resumed, { ...acts.extend, hours: 51 })).toMatchObject({
      kind: "hours-invalid",
      least: 1,
      most: 50,
    });
    const most = play(resumed, { ...acts.extend, hours: 50 });
    expect(refusalOf(most, { ...acts.extend, hours: 1 })).toMatchObject({ kind: "too-late", of: "canary" });
    const spent = play(started, watch(look(started, {}, { over: true, hours: 30 })));
    expect(refusalOf(spent, { ...acts.extend, hours: 1 })).toMatchObject({ kind: "too-late", of: "canary" });
  });

  it.each([0, -1, 1.5, 25, Number.NaN])("%s hours are no mute", (hours) => {
    expect(refusalOf(story, { ...acts.mute, hours })).toMatchObject({ kind: "hours-invalid", most: 24 });
  });

  it("what is not paused can't be resumed, and after the window nothing can be paused", () => {
    expect(refusalOf(story, acts.resume)).toEqual({ kind: "not-paused" });
    const deciding = play(started, watch(look(started, {}, { over: true })));
    expect(refusalOf(deciding, acts.pause)).toMatchObject({ kind: "too-late" });
  });

  it("there is nothing to hold where nothing would roll back by itself", () => {
    expect(refusalOf(started, acts.hold)).toEqual({ kind: "nothing-to-hold" });
    expect(refusalOf(breached({ onBreach: "alert" }), acts.hold)).toEqual({ kind: "nothing-to-hold" });
  });
});

describe("what people want", () => {
  it.each([
    ["pause", "canary-paused"],
    ["hold", "canary-held"],
    ["acknowledge", "breach-acknowledged"],
    ["mute", "breach-muted"],
    ["abort", "rollback-triggered"],
  ] as const)("%s counts once, however often it is pressed", (type, fact) => {
    expect(factsOf(story, acts[type])).toEqual([fact]);
    expect(factsOf(play(story, acts[type]), acts[type])).toEqual([]);
  });

  it("a rollback can be held while the canary is paused", () => {
    expect(factsOf(play(story, acts.pause), acts.hold)).toEqual(["canary-held"]);
  });

  it("abort is the person's rollback, and works while people decide", () => {
    const deciding = play(started, watch(look(started, {}, { over: true })));
    const { decision } = { decision: eventsOf(deciding, acts.abort) };
    expect(decision).toMatchObject([{ type: "rollback-triggered", why: "person", kpi: null, reason }]);
    expect(canaryOf(play(deciding, acts.abort)).rollback?.by).toEqual(omar);
  });

  it("promote ends it, and over a breach is a waiver that says of what and by whom", () => {
    expect(eventsOf(started, acts.promote)).toMatchObject([
      { type: "canary-ended", as: "promoted", says: expect.not.stringContaining("waiver") },
      { type: "canary-closed", as: "promoted" },
    ]);
    expect(eventsOf(story, acts.promote)[0]).toMatchObject({
      says: expect.stringMatching(/because of what we know.*waiver by Omar Reyes.*f1 is worse/),
    });
  });

  it("a longer mute counts, a shorter one within it doesn't", () => {
    const muted = play(story, { ...acts.mute, hours: 4 });
    expect(factsOf(later(muted, HOUR), acts.mute)).toEqual([]);
    expect(eventsOf(later(muted, 4 * HOUR), acts.mute)).toMatchObject([{ until: muted.now + 5 * HOUR }]);
  });

  it("escalate tells the person, pressed again the role, and then nobody is left", () => {
    const asked = play(story, { ...acts.escalate, actor: dan });
    expect(canaryOf(asked).breaches[0]?.escalated).toMatchObject([{ step: "person", because: "asked" }]);
    const twice = play(asked, acts.escalate);
    expect(canaryOf(twice).breaches[0]?.escalated).toMatchObject([{ step: "person" }, { step: "role" }]);
    expect(factsOf(twice, acts.escalate)).toEqual([]);
  });

  it("escalate says so where nobody is there to be told", () => {
    expect(refusalOf(story, { ...acts.escalate, members: {} })).toMatchObject({ kind: "nobody-to-tell" });
  });

  it("what somebody escalated is not told to the same people again by the clock", () => {
    const alone = breached({ onBreach: "alert" });
    const asked = later(play(alone, acts.escalate), 10 * MINUTE);
    expect(factsOf(asked, watch(look(asked, { f1: { standing: "breach", onBreach: "alert" } })))).toEqual([]);
  });
});
