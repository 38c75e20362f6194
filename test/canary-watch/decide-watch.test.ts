import { describe, expect, it } from "vitest";
import { rollbackOfCanary } from "#src/canary/canary-id";
import { canaryView } from "#src/canary/watch/view-of";
import {
  attempt,
  breached,
  canaryOf,
  eventsOf,
  factsOf,
  HOUR,
  later,
  look,
  MINUTE,
  members,
  omar,
  play,
  pointTo,
  refusalOf,
  runA,
  type Story,
  start,
  started,
  watch,
  wentLive,
} from "#test/canary-watch/story";

const runC = { run: "run-c", config: "c1" };
const hold = { type: "hold", actor: omar, members, reason: "we know what it is" } as const;
const ack = { type: "acknowledge", actor: omar, members, kpi: "f1" } as const;
const pause = { type: "pause", actor: omar, members, reason: "load test under way" } as const;
const resume = { type: "resume", actor: omar, members, reason: "load test is over" } as const;
const quiet = (story: Story) => watch(look(story, { f1: { standing: "breach" } }));

describe("a canary starts", () => {
  it("opens on the service and begins with what it is held to", () => {
    expect(factsOf(wentLive, start())).toEqual(["canary-opened", "canary-started"]);
    expect(started.service).toMatchObject({ canary: canaryOf(started).id, canaries: 1 });
    expect(canaryOf(started)).toMatchObject({ number: 1, standing: "watching", breaches: [], from: wentLive.now });
  });

  it("starts once, however often it is asked for", () => {
    expect(factsOf(started, start())).toEqual([]);
  });

  it("doesn't start of what isn't live, or was made live by another release", () => {
    expect(factsOf(pointTo(wentLive, runA), start())).toEqual([]);
    expect(factsOf(wentLive, start({ release: "r2" }))).toEqual([]);
  });

  it("waits until the one before is over", () => {
    const other = { ...wentLive, service: { ...wentLive.service, canary: "cn_0000000000000001" } };
    expect(refusalOf(other, start())).toEqual({ kind: "too-late", what: "Another canary is open" });
  });
});

describe("what is seen", () => {
  it("a breach is found once, with its numbers, its owner and the three worst questions", () => {
    const at = started.now - MINUTE;
    const seen = look(started, { f1: { standing: "breach", at, value: 0.5, owner: "data-lead" } });
    expect(eventsOf(started, watch(seen))).toMatchObject([
      {
        type: "breach-found",
        kpi: "f1",
        at,
        onBreach: "rollback",
        owner: "data-lead",
        worst: ["q1", "q2", "q3"],
        numbers: { value: 0.5, baseline: 0.6, n: 100 },
      },
    ]);
    expect(factsOf(play(started, watch(seen)), watch(seen))).toEqual([]);
  });

  it("several breaches are found in the order of time", () => {
    const seen = look(started, {
      oracle_prefilter: { standing: "breach", at: started.now - MINUTE },
      p95_latency: { standing: "breach", at: started.now - HOUR },
    });
    expect(eventsOf(started, watch(seen)).map((event) => ("kpi" in event ? event.kpi : event.type))).toEqual([
      "p95_latency",
      "oracle_prefilter",
    ]);
  });

  it("other standings that changed come as one fact, and only those that changed", () => {
    const first = look(started, { f1: { standing: "watching" }, precision: { standing: "healthy" } });
    expect(eventsOf(started, watch(first))).toMatchObject([
      { type: "standings-changed", kpis: [{ kpi: "f1" }, { kpi: "precision" }] },
    ]);
    const known = play(started, watch(first));
    expect(factsOf(known, watch(first))).toEqual([]);
    const back = look(known, { precision: { standing: "healthy" } });
    expect(eventsOf(known, watch(back))).toMatchObject([
      { type: "standings-changed", kpis: [{ kpi: "f1", standing: "unknown" }] },
    ]);
  });

  it("what the journal can't keep, a p95 among the failed, is told apart from no data", () => {
    const seen = look(started, { p95_latency: { standing: "breach", value: Number.POSITIVE_INFINITY } });
    expect(eventsOf(started, watch(seen))).toMatchObject([{ numbers: { value: null, beyond: true } }]);
  });

  it("nothing is seen where it could not be looked, and what is due comes all the same", () => {
    expect(factsOf(later(started, 3 * HOUR), watch(undefined))).toEqual([]);
    expect(factsOf(later(breached(), 5 * MINUTE), watch(undefined))).toEqual(["rollback-triggered"]);
  });
});

describe("a look at what has become another since", () => {
  it("ends no window that somebody extended meanwhile, and finds nothing; what is due by the clock comes", () => {
    const { version } = canaryOf(started);
    const over = look(started, {}, { over: true, verdict: "pass" });
    const intent = { type: "watch", look: over, asOf: version, members: null } as const;
    expect(factsOf(started, intent)).toEqual(["canary-ended", "canary-closed"]);
    const extended = play(started, { type: "extend", actor: omar, members, hours: 12, reason: "more questions come" });
    expect(factsOf(extended, intent)).toEqual([]);
    expect(factsOf(later(breached(), 5 * MINUTE), intent)).toEqual(["rollback-triggered"]);
  });
});

describe("an arm that falls silent", () => {
  it("is told once, and when it is heard again, once", () => {
    const heard = { baseline: started.now, canary: started.now + 50 * MINUTE };
    const still = later(started, 59 * MINUTE);
    expect(factsOf(still, watch(look(still, {}, { heard })))).toEqual([]);
    const hour = later(started, HOUR);
    const seen = watch(look(hour, {}, { heard }));
    expect(eventsOf(hour, seen)).toEqual([{ type: "arm-silent", arm: "baseline", since: started.now }]);
    const silent = play(hour, seen);
    expect(factsOf(silent, seen)).toEqual([]);
    const again = watch(look(silent));
    expect(eventsOf(silent, again)).toEqual([{ type: "arm-heard", arm: "baseline" }]);
    expect(factsOf(play(silent, again), again)).toEqual([]);
  });

  it("counts from the cutover where it was never heard", () => {
    const hour = later(started, HOUR);
    expect(factsOf(hour, watch(null))).toEqual(["arm-silent", "arm-silent"]);
  });

  it("counts from the end of a pause", () => {
    const resumed = play(later(play(started, pause), 2 * HOUR), resume);
    const soon = later(resumed, 59 * MINUTE);
    expect(factsOf(soon, watch(null))).toEqual([]);
    expect(factsOf(later(resumed, HOUR), watch(null))).toEqual(["arm-silent", "arm-silent"]);
  });
});

describe("a canary that can't be looked at", () => {
  const says = "The journal's database can't be reached.";
  const missed = (since: number) => ({ ...watch(undefined), blind: { since, says } });
  const half = later(started, 30 * MINUTE);

  it("is told after half an hour, once, until it is looked at again", () => {
    const since = started.now;
    expect(factsOf(later(started, 30 * MINUTE - 1), missed(since))).toEqual([]);
    expect(eventsOf(half, missed(since))).toEqual([{ type: "watch-blind", since, says }]);
    const blind = play(half, missed(since));
    expect(canaryOf(blind).blind).toEqual({ since, says });
    expect(factsOf(later(blind, HOUR), missed(since))).toEqual([]);
    expect(factsOf(blind, watch(undefined))).toEqual([]);
    expect(factsOf(blind, watch(look(blind)))).toEqual(["watch-sees"]);
    expect(canaryOf(play(blind, watch(look(blind)))).blind).toBeNull();
    expect(factsOf(started, watch(look(started)))).toEqual([]);
  });

  it("is no news while it is paused or rolls back, and keeps nothing from being done that is due", () => {
    expect(factsOf(play(half, pause), missed(started.now))).toEqual([]);
    const due = later(breached(), 5 * MINUTE);
    expect(factsOf(due, missed(due.now - HOUR))).toEqual(["watch-blind", "rollback-triggered"]);
    const triggered = play(due, watch(undefined));
    expect(factsOf(triggered, missed(due.now - HOUR))).toEqual([]);
  });
});

describe("a rollback by itself", () => {
  it("comes five minutes after the breach was found, not before, and once", () => {
    const story = breached({ at: started.now - HOUR });
    expect(factsOf(later(story, 5 * MINUTE - 1), quiet(story))).toEqual([]);
    const due = later(story, 5 * MINUTE);
    expect(eventsOf(due, quiet(due))).toMatchObject([
      { type: "rollback-triggered", why: "policy", kpi: "f1", rollback: rollbackOfCanary(canaryOf(story).id) },
    ]);
    const triggered = play(due, quiet(due));
    expect(factsOf(later(triggered, HOUR), quiet(triggered))).toEqual([]);
  });

  it("comes at once where the policy leaves no time to hold it", () => {
    const story = play(wentLive, start({ response: { ...canaryOf(started).response, rollBackAfterMs: 0 } }));
    expect(factsOf(story, watch(look(story, { f1: { standing: "breach" } })))).toEqual([
      "breach-found",
      "rollback-triggered",
    ]);
  });

  it("comes in spite of a mute and an acknowledgement", () => {
    const mute = { type: "mute", actor: omar, members, kpi: "f1", hours: 1 } as const;
    const story = later(play(breached(), mute, ack), 5 * MINUTE);
    expect(factsOf(story, quiet(story))).toEqual(["rollback-triggered"]);
  });

  it("doesn't come once it is held", () => {
    const story = later(play(breached(), hold), 24 * HOUR);
    expect(factsOf(story, quiet(story))).not.toContain("rollback-triggered");
  });

  it("comes of a breach that is found after a hold, and a second hold keeps that away as well", () => {
    const both = (at: Story) =>
      watch(look(at, { f1: { standing: "breach" }, precision: { standing: "breach", onBreach: "rollback" } }));
    const held = later(play(breached(), hold), 1);
    const more = play(held, both(held));
    const due = later(more, 5 * MINUTE);
    expect(eventsOf(due, both(due))).toMatchObject([{ type: "rollback-triggered", kpi: "precision" }]);
    const again = play(more, hold);
    expect(canaryOf(again).held?.at).toBe(more.now);
    expect(factsOf(later(again, 24 * HOUR), both(again))).not.toContain("rollback-triggered");
    expect(factsOf(later(again, HOUR), hold)).toEqual([]);
  });

  it("doesn't come of a breach that only alerts", () => {
    const story = later(breached({ onBreach: "alert" }), 24 * HOUR);
    expect(factsOf(story, quiet(story))).not.toContain("rollback-triggered");
  });

  it("an ask that nobody answers for half an hour rolls back", () => {
    const story = breached({ onBreach: "ask" });
    expect(factsOf(later(story, 29 * MINUTE), quiet(story))).not.toContain("rollback-triggered");
    const due = later(story, 30 * MINUTE);
    expect(eventsOf(due, quiet(due))).toContainEqual(
      expect.objectContaining({ type: "rollback-triggered", why: "unanswered" }),
    );
  });

  it("an ask that somebody acknowledged waits for people", () => {
    const story = later(play(breached({ onBreach: "ask" }), ack), 24 * HOUR);
    expect(factsOf(story, quiet(story))).toEqual([]);
  });

  it("stands still while the canary is paused, and has what was left of its time after", () => {
    const paused = play(later(breached(), 3 * MINUTE), pause);
    expect(factsOf(later(paused, HOUR), quiet(paused))).toEqual([]);
    const resumed = play(later(paused, HOUR), resume);
    expect(factsOf(later(resumed, 2 * MINUTE - 1), quiet(resumed))).toEqual([]);
    expect(factsOf(later(resumed, 2 * MINUTE), quiet(resumed))).toEqual(["rollback-triggered"]);
  });

  it("what impedes it is told when it is something else", () => {
    const triggered = play(later(breached(), 5 * MINUTE), quiet(breached()));
    const rollback = canaryOf(triggered).rollback?.rollback ?? "";
    const impeded = { type: "rollback-impeded", rollback, says: "The RAG store doesn't answer." } as const;
    expect(factsOf(triggered, impeded)).toEqual(["rollback-impeded"]);
    const known = play(triggered, impeded);
    expect(factsOf(known, impeded)).toEqual([]);
    expect(factsOf(known, { ...impeded, says: "Another." })).toEqual(["rollback-impeded"]);
    expect(factsOf(known, { ...impeded, rollback: "rb_other" })).toEqual([]);
  });
});

describe("a rollback that has difficulties", () => {
  const triggered = play(later(breached(), 5 * MINUTE), quiet(breached()));
  const rollback = canaryOf(triggered).rollback?.rollback ?? "";
  const impeded = (says: string) => ({ type: "rollback-impeded", rollback, says }) as const;
  const begins = (runs: string) => ({ type: "rollback-begun", rollback, runs }) as const;
  const givenUp = play(triggered, {
    type: "rollback-given-up",
    rollback,
    says: "The chunks are damaged.",
    attempts: 2,
  });

  it("two impediments that take turns are told once each", () => {
    const both = play(triggered, impeded("One."), impeded("Two."));
    expect(factsOf(both, impeded("One."))).toEqual([]);
    expect(factsOf(both, impeded("Two."))).toEqual([]);
  });

  it("that begins after all is no longer impeded, and is named, also where it is somebody else's", () => {
    const after = play(triggered, impeded("One."), begins("rb_other"));
    expect(canaryOf(after)).toMatchObject({ impeded: null, rollback: { rollback: "rb_other", kpi: "f1" } });
    expect(canaryView(canaryOf(after), null).next).toEqual({ kind: "rolling-back", rollback: "rb_other" });
    expect(factsOf(after, begins("rb_other"))).toEqual([]);
    expect(factsOf(triggered, begins(rollback))).toEqual([]);
    expect(factsOf(play(triggered, impeded("One.")), begins(rollback))).toEqual(["rollback-begun"]);
  });

  it("is impeded again by what was told before without telling it again", () => {
    const again = play(triggered, impeded("One."), begins(rollback));
    expect(eventsOf(again, impeded("One."))).toMatchObject([{ type: "rollback-impeded", again: true }]);
  });

  it("that is given up doesn't come again by itself, and people can act as before", () => {
    const story = later(givenUp, HOUR);
    expect(factsOf(story, quiet(story))).toEqual(["breach-escalated", "breach-escalated"]);
    expect(canaryView(canaryOf(story), null).next).toMatchObject({ kind: "waits-for-people" });
    expect(factsOf(story, pause)).toEqual(["canary-paused"]);
    expect(eventsOf(story, { type: "promote", actor: omar, members, reason: "it is good enough" })).toMatchObject([
      { as: "promoted" },
      {},
    ]);
    expect(eventsOf(story, { type: "abort", actor: omar, members, reason: "try it once more" })).toMatchObject([
      { type: "rollback-triggered", rollback: rollbackOfCanary(canaryOf(story).id, 3) },
    ]);
  });

  it("that is given up comes for a breach that is found later", () => {
    const both = (at: Story) =>
      watch(look(at, { f1: { standing: "breach" }, precision: { standing: "breach", onBreach: "rollback" } }));
    const more = play(later(givenUp, 1), both(later(givenUp, 1)));
    const due = later(more, 5 * MINUTE);
    expect(eventsOf(due, both(due))).toMatchObject([{ type: "rollback-triggered", kpi: "precision" }]);
  });

  it("is no longer spoken of once it was given up", () => {
    expect(factsOf(givenUp, impeded("One."))).toEqual([]);
    expect(factsOf(givenUp, begins(rollback))).toEqual([]);
  });
});

describe("a breach that nobody answers", () => {
  const alone = breached({ onBreach: "alert", owner: "data-lead" });
  const seen = (story: Story) => watch(look(story, { f1: { standing: "breach", onBreach: "alert" } }));

  it("is told to the right's holders after ten minutes, and to owner and on-call after ten more, each once", () => {
    expect(factsOf(later(alone, 10 * MINUTE - 1), seen(alone))).toEqual([]);
    const ten = later(alone, 10 * MINUTE);
    expect(eventsOf(ten, seen(ten))).toMatchObject([
      {
        type: "breach-escalated",
        step: "person",
        to: [{ name: "Omar Reyes" }, { name: "Ines Falk" }],
        because: "unacknowledged",
      },
    ]);
    const told = play(ten, seen(ten));
    expect(factsOf(later(told, 10 * MINUTE - 1), seen(told))).toEqual([]);
    const twenty = later(told, 10 * MINUTE);
    expect(eventsOf(twenty, seen(twenty))).toMatchObject([
      { step: "role", to: [{ name: "Dan Ito" }, { name: "Mei Sato" }, { name: "Omar Reyes" }, { name: "Ines Falk" }] },
    ]);
    expect(factsOf(later(play(twenty, seen(twenty)), 24 * HOUR), seen(alone))).toEqual([]);
  });

  it("is told to the one person whom golive.yaml names", () => {
    const change = { response: { ...canaryOf(started).response, escalateTo: "U-MEI" } };
    const named = later(breached({ onBreach: "alert" }, play(wentLive, start(change))), 10 * MINUTE);
    expect(eventsOf(named, seen(named))).toMatchObject([{ to: [{ id: "U-MEI", name: "Mei Sato" }] }]);
  });

  it("is told with both steps at once where nobody looked for hours", () => {
    expect(factsOf(later(alone, 5 * HOUR), seen(alone))).toEqual(["breach-escalated", "breach-escalated"]);
  });

  it.each([
    ["acknowledged", play(alone, { type: "acknowledge", actor: omar, members, kpi: "f1" })],
    ["in a canary that is paused", play(alone, pause)],
    ["held", play(breached(), hold)],
  ])("is told to nobody while it is %s", (_, story) => {
    expect(factsOf(later(story, 24 * HOUR), seen(story))).toEqual([]);
  });

  it("is told to nobody while it is muted, and after that it is", () => {
    const muted = play(alone, { type: "mute", actor: omar, members, kpi: "f1", hours: 1 });
    expect(factsOf(later(muted, HOUR - 1), seen(muted))).toEqual([]);
    expect(factsOf(later(muted, HOUR), seen(muted))).toEqual(["breach-escalated", "breach-escalated"]);
  });

  it("is told to nobody once a rollback is triggered", () => {
    const story = play(later(breached(), 5 * MINUTE), quiet(breached()));
    expect(factsOf(later(story, 24 * HOUR), quiet(story))).toEqual([]);
  });

  it("is news when it is found after another one was held", () => {
    const held = play(breached(), hold);
    const both = (at: Story) =>
      watch(look(at, { f1: { standing: "breach" }, precision: { standing: "breach", onBreach: "alert" } }));
    const more = play(later(held, MINUTE), both(later(held, MINUTE)));
    const due = later(more, 10 * MINUTE);
    expect(eventsOf(due, both(due))).toMatchObject([{ type: "breach-escalated", kpi: "precision" }]);
  });
});

describe("the end", () => {
  const over = { over: true } as const;

  it("a pass ends it and names what was proven and what only was not refuted", () => {
    const seen = watch(look(started, {}, { ...over, verdict: "pass", proven: ["f1"], unrefuted: ["dedup_rate"] }));
    expect(eventsOf(started, seen)).toMatchObject([
      {
        type: "canary-ended",
        as: "passed",
        proven: ["f1"],
        unrefuted: ["dedup_rate"],
        says: expect.stringMatching(/f1.*dedup_rate/),
      },
      { type: "canary-closed", as: "passed" },
    ]);
    const passed = play(started, seen);
    expect(passed.service.canary).toBeNull();
    expect(factsOf(passed, seen)).toEqual([]);
  });

  it("without a pass people decide, once, and it is watched on when they extend it", () => {
    const seen = watch(
      look(started, {}, { ...over, verdict: "inconclusive", reasons: ["f1 is not proven good enough"] }),
    );
    expect(eventsOf(started, seen)).toMatchObject([{ type: "window-ended", verdict: "inconclusive" }]);
    const deciding = play(started, seen);
    expect(canaryOf(deciding).standing).toBe("deciding");
    expect(factsOf(later(deciding, HOUR), seen)).toEqual([]);
    const extended = play(deciding, { type: "extend", actor: omar, members, hours: 12, reason: "more questions come" });
    expect(canaryOf(extended)).toMatchObject({
      standing: "watching",
      window: null,
      extended: 12,
      policy: { durationHours: 60 },
    });
    expect(factsOf(extended, seen)).toEqual(["window-ended"]);
  });

  it("before the window is over there is no pass", () => {
    expect(factsOf(started, watch(look(started, {}, { verdict: "pass" })))).toEqual([]);
  });

  it("a breach in the journal is never passed over", () => {
    const story = play(breached({ onBreach: "alert" }));
    expect(eventsOf(story, watch(look(story, {}, { ...over, verdict: "pass" })))).toMatchObject([
      { type: "window-ended", verdict: "inconclusive", reasons: ["f1 was found in breach"] },
    ]);
  });

  it("nobody is asked to decide while a rollback is on its way by itself", () => {
    const story = breached();
    const seen = (at: Story) => watch(look(at, { f1: { standing: "breach" } }, over));
    expect(factsOf(later(story, MINUTE), seen(story))).toEqual([]);
    expect(factsOf(later(story, 5 * MINUTE), seen(story))).toEqual(["rollback-triggered"]);
    expect(factsOf(play(story, hold), seen(story))).toEqual(["window-ended"]);
  });

  it("is a rollback where the baseline answers again, also of a canary that is paused", () => {
    for (const story of [started, play(started, pause), breached()]) {
      expect(eventsOf(pointTo(story, runA), watch(null))).toMatchObject([
        { type: "canary-ended", as: "rolled-back" },
        { type: "canary-closed", as: "rolled-back" },
      ]);
    }
  });

  it("is superseded where something else answers", () => {
    expect(eventsOf(pointTo(started, runC), watch(null))).toMatchObject([
      { as: "superseded", says: expect.stringContaining("run-c with c1") },
      { type: "canary-closed", as: "superseded" },
    ]);
  });

  it("is superseded where the rollback that was triggered led elsewhere, and keeps what answers", () => {
    const triggered = play(later(breached(), 5 * MINUTE), quiet(breached()));
    expect(eventsOf(pointTo(triggered, runC), watch(null))).toMatchObject([
      { as: "superseded", live: runC, says: expect.stringContaining("answers from run-c with c1 now") },
      { as: "superseded" },
    ]);
    expect(eventsOf(pointTo(triggered, runA), watch(null))).toMatchObject([{ as: "rolled-back", live: runA }, {}]);
  });

  it("is the end: nothing is found after it", () => {
    const ended = play(pointTo(started, runA), watch(null));
    expect(attempt(ended, quiet(ended)).decision).toEqual({ ok: true, events: [] });
  });
});
