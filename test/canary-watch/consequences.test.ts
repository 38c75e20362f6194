import { describe, expect, it } from "vitest";
import { breachOfSubject, breachSubject, isCanaryId } from "#src/canary/canary-id";
import { consequencesOfCanary } from "#src/canary/watch/consequences";
import { foldCanary } from "#src/canary/watch/evolve";
import type { CanaryIntent } from "#src/canary/watch/intents";
import { canaryView } from "#src/canary/watch/view-of";
import {
  breached,
  canaryOf,
  HOUR,
  later,
  look,
  MINUTE,
  members,
  omar,
  play,
  type Story,
  started,
  watch,
  wentLive,
} from "#test/canary-watch/story";

const reason = "because of what we know";
const { id } = canaryOf(started);

/** What the newest facts, those that `intent` caused, lead to. */
function of(story: Story, intent: CanaryIntent) {
  const after = play(story, intent);
  return consequencesOfCanary(canaryOf(after), after.facts.slice(story.facts.length));
}
const kindsOf = (story: Story, intent: CanaryIntent) =>
  of(story, intent).posts.map(({ to, note }) => [to.kind, note.kind]);

describe("what follows from a canary's facts", () => {
  it("each is told once in the thread, under a key of its own", () => {
    const { repaint, posts } = consequencesOfCanary(canaryOf(started), started.facts);
    expect(repaint).toEqual([id]);
    expect(posts).toMatchObject([
      {
        key: `canary/${id}/1/canary-started`,
        to: { kind: "thread", subject: id },
        note: { hours: 48, questions: 200 },
      },
    ]);
  });

  it("a breach is a message of its own that is painted, also when something is decided about it", () => {
    const story = breached();
    const found = consequencesOfCanary(canaryOf(story), story.facts.slice(1));
    expect(found).toEqual({ repaint: [id, breachSubject(id, "f1")], posts: [] });
    const ack = { type: "acknowledge", actor: omar, members, kpi: "f1" } as const;
    expect(of(story, ack).repaint).toContain(breachSubject(id, "f1"));
    expect(kindsOf(story, ack)).toEqual([["thread", "breach-acknowledged"]]);
  });

  it("whoever a breach is escalated to hears of it directly", () => {
    const { posts } = of(breached(), { type: "escalate", actor: omar, members, kpi: "f1" });
    expect(posts.map(({ to }) => to)).toEqual([
      { kind: "thread", subject: id },
      { kind: "person", user: "U-OMAR" },
      { kind: "person", user: "U-INES" },
    ]);
    expect(new Set(posts.map(({ key }) => key)).size).toBe(3);
  });

  it("a canary that can't be watched reaches those on call, and that it can be again the thread", () => {
    const story = later(started, 30 * MINUTE);
    const missed = { ...watch(undefined), blind: { since: started.now, says: "It is broken." } };
    const { posts } = of(story, missed);
    const onCall = members["on-call"] ?? [];
    expect(onCall.length).toBeGreaterThan(0);
    expect(posts.map(({ to }) => to)).toEqual([
      { kind: "thread", subject: id },
      ...onCall.map((person) => ({ kind: "person", user: person.id })),
    ]);
    expect(posts[0]?.note).toEqual({ kind: "canary-blind", since: started.now, says: "It is broken." });
    const blind = play(story, missed);
    expect(kindsOf(blind, watch(look(blind)))).toEqual([["thread", "canary-sees"]]);
  });

  it("a rollback that can't be asked for reaches whoever may roll back", () => {
    const triggered = play(breached(), { type: "abort", actor: omar, members, reason });
    const rollback = canaryOf(triggered).rollback?.rollback ?? "";
    const { posts } = of(triggered, { type: "rollback-impeded", rollback, says: "The RAG store can't be reached." });
    expect(posts.map(({ to }) => to.kind)).toEqual(["thread", "person", "person"]);
  });

  it("that a rollback begins is told after an impediment alone, and the same impediment once", () => {
    const triggered = play(breached(), { type: "abort", actor: omar, members, reason });
    const rollback = canaryOf(triggered).rollback?.rollback ?? "";
    const impeded = { type: "rollback-impeded", rollback, says: "The RAG store can't be reached." } as const;
    const begins = (from: string, runs: string) => ({ type: "rollback-begun", rollback: from, runs }) as const;
    expect(kindsOf(triggered, begins(rollback, "rb_other"))).toEqual([]);
    const begun = play(triggered, impeded, begins(rollback, rollback));
    expect(kindsOf(play(triggered, impeded), begins(rollback, rollback))).toEqual([
      ["thread", "canary-rollback-begun"],
    ]);
    expect(kindsOf(begun, impeded)).toEqual([]);
  });

  it("that a rollback was given up reaches whoever may roll back", () => {
    const triggered = play(breached(), { type: "abort", actor: omar, members, reason });
    const rollback = canaryOf(triggered).rollback?.rollback ?? "";
    const { posts } = of(triggered, { type: "rollback-given-up", rollback, says: "It is damaged.", attempts: 1 });
    expect(posts.map(({ to }) => to.kind)).toEqual(["thread", "person", "person"]);
    expect(posts[0]?.note).toMatchObject({ who: [{ name: "Omar Reyes" }, { name: "Ines Falk" }] });
  });

  it("of a KPI that is muted nothing is said, but to whom somebody escalates it", () => {
    const muted = play(breached(), { type: "mute", actor: omar, members, kpi: "f1", hours: 1 });
    expect(kindsOf(muted, { type: "acknowledge", actor: omar, members, kpi: "f1" })).toEqual([]);
    expect(kindsOf(muted, { type: "escalate", actor: omar, members, kpi: "f1" })).toHaveLength(3);
    expect(kindsOf(later(muted, HOUR), { type: "acknowledge", actor: omar, members, kpi: "f1" })).toHaveLength(1);
  });

  it("the end of the window mentions who decides", () => {
    const { posts } = of(started, watch(look(started, {}, { over: true, reasons: ["f1 is not proven good enough"] })));
    expect(posts[0]?.note).toMatchObject({
      kind: "canary-window-ended",
      who: [{ name: "Omar Reyes" }, { name: "Ines Falk" }],
    });
  });

  it.each([
    ["pause", "canary-paused"],
    ["hold", "canary-held"],
    ["abort", "canary-rollback-triggered"],
    ["promote", "canary-ended"],
  ] as const)("%s is told", (type, kind) => {
    expect(kindsOf(breached(), { type, actor: omar, members, reason })).toEqual([["thread", kind]]);
  });

  it("the journal's facts fold into the same canary again", () => {
    const story = play(breached(), { type: "hold", actor: omar, members, reason });
    expect(foldCanary(story.facts)).toEqual(story.canary);
  });
});

describe("the subjects of its messages", () => {
  it("a breach's subject names canary and KPI, and nothing else does", () => {
    expect(breachOfSubject(breachSubject(id, "f1"))).toEqual({ canary: id, kpi: "f1" });
    for (const other of [id, "rel_0123456789abcdef", `${id}/breach/`, "cn_x/breach/f1"])
      expect(breachOfSubject(other)).toBeNull();
    expect([id, `${id}0`, `x${id}`, "cn_"].map(isCanaryId)).toEqual([true, false, false, false]);
  });
});

describe("what comes next", () => {
  const next = (story: Story) => canaryView(canaryOf(story), null).next;
  const hold = { type: "hold", actor: omar, members, reason } as const;

  it("is watching, for the hours that are left", () => {
    expect(next(started)).toEqual({ kind: "watches", hoursLeft: 48 });
    expect(next(play(started, watch(look(started, { f1: { standing: "healthy" } }))))).toEqual({
      kind: "watches",
      hoursLeft: 42,
    });
  });

  it("is the rollback that comes by itself, until people hold it", () => {
    const story = breached();
    expect(next(story)).toEqual({ kind: "rolls-back", at: story.now + 5 * MINUTE, kpi: "f1", why: "policy" });
    expect(next(play(story, hold))).toMatchObject({ kind: "waits-for-people", why: expect.stringContaining(reason) });
  });

  it("is whom an alert is told to, and then nothing more", () => {
    const story = breached({ onBreach: "alert" });
    expect(next(story)).toEqual({ kind: "escalates", at: story.now + 10 * MINUTE, kpi: "f1" });
    expect(next(play(story, { type: "acknowledge", actor: omar, members, kpi: "f1" }))).toMatchObject({
      kind: "watches",
    });
  });

  it("is people's decision where they answered an ask, paused it, or the window is over", () => {
    const ask = play(breached({ onBreach: "ask" }), { type: "acknowledge", actor: omar, members, kpi: "f1" });
    expect(next(ask)).toMatchObject({
      kind: "waits-for-people",
      why: expect.stringContaining("Omar Reyes acknowledged f1"),
    });
    expect(next(play(breached(), { type: "pause", actor: omar, members, reason }))).toMatchObject({
      kind: "waits-for-people",
    });
    expect(next(play(started, watch(look(started, {}, { over: true }))))).toMatchObject({ kind: "waits-for-people" });
  });

  it("is the rollback that was triggered", () => {
    expect(next(play(breached(), { type: "abort", actor: omar, members, reason }))).toMatchObject({
      kind: "rolling-back",
    });
    expect(wentLive.canary).toBeNull();
  });
});
