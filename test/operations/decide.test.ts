import { describe, expect, test } from "vitest";
import { jitterOf } from "#src/operations/schedule/due";
import {
  atNight,
  DAY,
  dan,
  eventsOf,
  finish,
  fire,
  guest,
  HOUR,
  MINUTE,
  NIGHT,
  NOON,
  play,
  refusalOf,
  request,
  rosa,
  type Story,
  schedule,
  scheduled,
  schedules,
  unscheduled,
} from "#test/operations/story";

const typesOf = (story: Story, intent = fire()) => eventsOf(story, intent).map(({ type }) => type);
const skipOf = (story: Story, intent = fire()) => {
  const [event, ...rest] = eventsOf(story, intent);
  expect(rest).toEqual([]);
  if (event?.type !== "fire-skipped") throw new Error(`not skipped but ${event?.type}`);
  return event;
};

describe("schedules", () => {
  test("are set when they differ from what is known, and only then", () => {
    const set = scheduled({ smoke: schedule(), backup: schedule({ cron: "0 4 * * *" }) });
    expect(set.facts.map(({ event }) => event)).toMatchObject([
      { type: "schedule-set", kind: "smoke", since: NOON },
      { type: "schedule-set", kind: "backup", since: NOON },
    ]);
    expect(eventsOf(set, schedules({ smoke: schedule(), backup: schedule({ cron: "0 4 * * *" }) }))).toEqual([]);
    expect(eventsOf(set, schedules({ smoke: schedule() }))).toMatchObject([
      { type: "schedule-set", kind: "backup", schedule: null },
    ]);
  });

  test.each([
    { zone: "UTC" },
    { jitterMs: 1 },
    { catchUpMs: 1 },
    { onHolidays: "skip" },
    { inFreeze: "skip" },
    { cron: "31 2 * * *" },
  ] as const)("%o is a change", (change) => {
    expect(eventsOf(scheduled(), schedules({ smoke: schedule(change) }))).toHaveLength(1);
  });

  test("a changed one never makes up for what the one before it missed", () => {
    const late = { ...atNight(), now: NIGHT + HOUR };
    const changed = play(late, schedules({ smoke: schedule({ cron: "45 2 * * *" }) }));
    expect(typesOf(changed)).toEqual([]);
    expect(typesOf({ ...changed, now: NIGHT + DAY })).toEqual([]);
    expect(typesOf({ ...changed, now: NIGHT + DAY + 15 * MINUTE })).toEqual([
      "operation-opened",
      "operation-requested",
    ]);
  });
});

describe("a fire", () => {
  test("becomes a run when it is due, not a millisecond before, and one run only", () => {
    expect(typesOf({ ...atNight(), now: NIGHT - 1 })).toEqual([]);
    const opened = play(atNight(), fire());
    expect(opened.facts.slice(-2).map(({ event }) => event)).toEqual([
      {
        type: "operation-opened",
        operation: "op_1",
        kind: "smoke",
        number: 1,
        due: NIGHT,
        missed: 0,
        week: "2026-W48",
      },
      {
        type: "operation-requested",
        operation: "op_1",
        number: 1,
        kind: "smoke",
        service: "docs",
        channel: "C1",
        due: NIGHT,
        trigger: "schedule",
        missed: 0,
      },
    ]);
    expect(eventsOf({ ...opened, now: NIGHT + HOUR }, fire({ operation: "op_2" }))).toEqual([]);
  });

  test("of what is not scheduled is never due", () => {
    expect(typesOf({ ...unscheduled, now: NIGHT })).toEqual([]);
  });

  test("those that were missed are one run, which says how many it makes up for", () => {
    const halfHourly = { smoke: schedule({ cron: "*/30 * * * *" }) };
    const back = { ...atNight(halfHourly), now: NIGHT + 4 * HOUR };
    const [opened] = eventsOf(back, fire());
    // From noon on: 14.5 hours until half past two, and four more.
    expect(opened).toMatchObject({ type: "operation-opened", missed: 2 * 18.5 - 1, due: NIGHT + 4 * HOUR });
  });

  test("is made up for as long as the schedule says, and is then skipped once", () => {
    expect(typesOf({ ...atNight(), now: NIGHT + 6 * HOUR })).toContain("operation-opened");
    const tooLate = { ...atNight(), now: NIGHT + 6 * HOUR + 1 };
    expect(skipOf(tooLate)).toMatchObject({ because: "too-late", due: NIGHT, fires: 1, week: "2026-W48" });
    expect(typesOf(play(tooLate, fire()))).toEqual([]);
  });

  test("with nothing to make up for, ten minutes of a slow start are still in time", () => {
    const prompt = atNight({ smoke: schedule({ catchUpMs: 0 }) });
    expect(typesOf({ ...prompt, now: NIGHT + 10 * MINUTE })).toContain("operation-opened");
    expect(skipOf({ ...prompt, now: NIGHT + 10 * MINUTE + 1 }).because).toBe("too-late");
  });

  test("while a run of its kind is open it is skipped, once per fire", () => {
    const nightly = play(atNight(), fire());
    const next = { ...nightly, now: NIGHT + DAY };
    expect(skipOf(next, fire({ operation: "op_2" }))).toMatchObject({ because: "overlap", due: NIGHT + DAY });
    const skipped = play(next, fire({ operation: "op_2" }));
    expect(typesOf({ ...skipped, now: NIGHT + DAY + HOUR }, fire({ operation: "op_2" }))).toEqual([]);
    const done = play(skipped, finish());
    expect(typesOf({ ...done, now: NIGHT + DAY + HOUR }, fire({ operation: "op_2" }))).toEqual([]);
    expect(typesOf({ ...done, now: NIGHT + 2 * DAY }, fire({ operation: "op_2" }))).toContain("operation-opened");
  });

  test("on a holiday of the schedule's zone it is skipped where the schedule says so", () => {
    const quiet = atNight({ smoke: schedule({ onHolidays: "skip" }) });
    expect(skipOf(quiet, fire({ holidays: ["2026-11-24"] })).because).toBe("holiday");
    // The night before it ended an hour ago in Berlin, not yet in New York.
    const there = {
      ...atNight({ smoke: schedule({ onHolidays: "skip", zone: "America/New_York", cron: "30 20 * * *" }) }),
    };
    expect(skipOf(there, fire({ holidays: ["2026-11-23"] })).because).toBe("holiday");
    expect(typesOf(there, fire({ holidays: ["2026-11-24"] }))).toContain("operation-opened");
    expect(typesOf(atNight(), fire({ holidays: ["2026-11-24"] }))).toContain("operation-opened");
  });

  test("in a freeze window it is skipped where the schedule says so", () => {
    const window = { name: "Year end", from: NIGHT - HOUR, to: NIGHT + 1 };
    const quiet = atNight({ smoke: schedule({ inFreeze: "skip" }) });
    expect(skipOf(quiet, fire({ freezeWindows: [window] }))).toMatchObject({ because: "freeze" });
    expect(typesOf(quiet, fire({ freezeWindows: [{ ...window, to: NIGHT }] }))).toContain("operation-opened");
    expect(typesOf(atNight(), fire({ freezeWindows: [window] }))).toContain("operation-opened");
  });

  test("a night that was missed is not made up for inside a freeze window", () => {
    const quiet = { ...atNight({ smoke: schedule({ inFreeze: "skip" }) }), now: NIGHT + 2 * HOUR };
    const window = { name: "Since three", from: NIGHT + HOUR, to: NIGHT + DAY };
    expect(skipOf(quiet, fire({ freezeWindows: [window] })).because).toBe("freeze");
  });

  test("where nothing is live it is skipped for what looks at what is live", () => {
    expect(skipOf(atNight(), fire({ isLive: false })).because).toBe("nothing-live");
    const backup = atNight({ backup: schedule() });
    expect(typesOf(backup, fire({ kind: "backup", isLive: false }))).toContain("operation-opened");
  });

  test.each(["smoke", "weekly", "backup"] as const)("%s waits for a rollback and for a cutover", (kind) => {
    const due = atNight({ [kind]: schedule() });
    const rollingBack = { ...due, service: { ...due.service, rollback: "rb_1", rollbacks: 3 } };
    expect(eventsOf(rollingBack, fire({ kind }))).toEqual([]);
    expect(eventsOf(due, fire({ kind, isCuttingOver: true }))).toEqual([]);
    const over = { ...due, now: NIGHT + HOUR };
    expect(eventsOf(over, fire({ kind }))).toMatchObject([{ type: "operation-opened", due: NIGHT }, {}]);
    const tooLong = { ...rollingBack, now: NIGHT + 7 * HOUR };
    expect(eventsOf(tooLong, fire({ kind }))).toMatchObject([{ type: "fire-skipped", because: "too-late" }]);
  });

  test("the morning's digest doesn't wait for a rollback", () => {
    const due = atNight({ digest: schedule() });
    const rollingBack = { ...due, service: { ...due.service, rollback: "rb_1" } };
    expect(typesOf(rollingBack, fire({ kind: "digest" }))).toContain("operation-opened");
  });

  test("an open release that is not cutting over is in nobody's way", () => {
    const due = atNight();
    expect(typesOf({ ...due, service: { ...due.service, openRelease: "r1" } })).toContain("operation-opened");
  });

  test("comes later by a jitter that depends on service, kind and due time alone", () => {
    const jittery = schedule({ jitterMs: 30 * MINUTE });
    const jitter = jitterOf("docs", "smoke", NIGHT, 30 * MINUTE);
    expect(jitter).toBeGreaterThan(0);
    const due = atNight({ smoke: jittery });
    expect(typesOf({ ...due, now: NIGHT + jitter - 1 })).toEqual([]);
    expect(eventsOf({ ...due, now: NIGHT + jitter }, fire())).toMatchObject([{ due: NIGHT }, { due: NIGHT }]);
    const spread = Array.from({ length: 50 }, (_, night) =>
      jitterOf("docs", "smoke", NIGHT + night * DAY, 30 * MINUTE),
    );
    expect(Math.min(...spread)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...spread)).toBeLessThanOrEqual(30 * MINUTE);
    expect(new Set(spread).size).toBeGreaterThan(40);
  });
});

describe("a person", () => {
  test("starts a run, which no schedule is the less for", () => {
    const asked = play(scheduled(), request());
    expect(asked.operation).toMatchObject({ trigger: "person", by: rosa, due: NOON });
    expect(asked.agenda.entries.smoke.handled).toBe(NOON);
    const done = play(asked, finish());
    expect(typesOf({ ...done, now: NIGHT }, fire({ operation: "op_2" }))).toContain("operation-opened");
  });

  test("needs the right to start", () => {
    expect(refusalOf(scheduled(), request({ actor: dan }))).toMatchObject({ kind: "no-right", right: "start" });
    expect(refusalOf(scheduled(), request({ actor: guest }))).toMatchObject({ kind: "not-a-member" });
    expect(refusalOf(scheduled(), request({ members: {} })).kind).toBe("role-unresolved");
  });

  test("gets no second run while one is open", () => {
    const asked = play(scheduled(), request());
    expect(refusalOf(asked, request({ operation: "op_2" }))).toMatchObject({ kind: "operation-open", number: 1 });
    expect(eventsOf(asked, request({ kind: "backup", operation: "op_2" }))).toHaveLength(2);
  });

  test("waits while a rollback is open", () => {
    const rolling = { ...unscheduled, service: { ...unscheduled.service, rollback: "rb_1", rollbacks: 2 } };
    expect(refusalOf(rolling, request())).toMatchObject({ kind: "operation-waits" });
    expect(refusalOf(unscheduled, request({ isCuttingOver: true })).kind).toBe("operation-waits");
  });
});

describe("a run", () => {
  test("ends once, with the first result", () => {
    const done = play(atNight(), fire(), finish("fail"));
    expect(done.agenda.entries.smoke).toMatchObject({ open: null, runs: 1, last: { verdict: "fail" }, lastPass: null });
    expect(eventsOf(done, finish("pass"))).toEqual([]);
    expect(eventsOf({ ...done, operation: null }, finish())).toEqual([]);
  });

  test("that passed is remembered beside the newest", () => {
    const passed = play(atNight(), fire(), finish("pass"));
    const failed = play({ ...passed, now: NIGHT + DAY }, fire({ operation: "op_2" }), finish("fail"));
    expect(failed.agenda.entries.smoke).toMatchObject({
      last: { number: 2 },
      lastPass: { number: 1, operation: "op_1" },
    });
  });

  const CARDS = [{ id: "latency", steps: [{ id: "profile" }, { id: "other" }] }];
  const step = (done: boolean, change = {}) =>
    ({ type: "step", cards: CARDS, actor: dan, card: "latency", step: "profile", done, note: "", ...change }) as const;

  test("keeps what any member did about its cards, each once", () => {
    const failed = play(atNight({ weekly: schedule() }), fire({ kind: "weekly" }), finish("fail"));
    const begun = play(failed, step(false));
    expect(eventsOf(begun, step(false, { actor: rosa }))).toEqual([]);
    const done = play(begun, step(true, { note: "It was the disk." }));
    expect(done.operation?.steps).toMatchObject([{ done: false }, { done: true, note: "It was the disk.", by: dan }]);
    expect(eventsOf(done, step(true))).toEqual([]);
    expect(eventsOf(done, step(false))).toEqual([]);
    expect(refusalOf(done, step(true, { actor: guest, step: "other" }))).toMatchObject({ kind: "not-a-member" });
    for (const unknown of [{ card: "throughput" }, { step: "reboot" }, { cards: [] }]) {
      expect(refusalOf(begun, step(true, unknown))).toEqual({ kind: "no-step" });
    }
    expect(refusalOf({ ...done, operation: null }, step(true)).kind).toBe("no-operation");
  });
});

describe("what follows", () => {
  test("a run that begins has one job, sent in the same decision, and paints its week", () => {
    const { followed } = play(atNight(), fire());
    expect(followed.jobs).toEqual([
      { queue: "run-operation", cause: "operation/op_1/1", data: { service: "docs", operation: "op_1" } },
    ]);
    expect(followed.repaint).toEqual(["wk_docs~2026-W48"]);
    expect(followed.posts).toEqual([]);
  });

  test("a pass is a line in the thread of the week in which it began", () => {
    const begun = play(atNight(), fire());
    const { followed } = play({ ...begun, now: NIGHT + 6 * DAY }, finish());
    expect(followed.repaint).toEqual(["wk_docs~2026-W48"]);
    expect(followed.posts).toMatchObject([
      { to: { kind: "thread", subject: "wk_docs~2026-W48" }, note: { kind: "operation-line", operation: "op_1" } },
    ]);
  });

  test.each(["fail", "inconclusive", "error"] as const)("%s is a post in the channel", (verdict) => {
    const { followed } = play(atNight(), fire(), finish(verdict));
    expect(followed.posts).toMatchObject([
      { to: { kind: "channel", channel: "C1" }, note: { kind: "operation-result", verdict, operationKind: "smoke" } },
    ]);
  });

  test("the weekly evaluation is told by its own message, painted again", () => {
    const begun = play(atNight({ weekly: schedule() }), fire({ kind: "weekly" }));
    expect(begun.followed.repaint).toEqual(["wk_docs~2026-W48", "op_1"]);
    const failed = play(begun, finish("fail"));
    expect(failed.followed).toMatchObject({ repaint: ["wk_docs~2026-W48", "op_1"], posts: [] });
    const stepped = play(failed, {
      type: "step",
      cards: [{ id: "c", steps: [{ id: "s" }] }],
      actor: dan,
      card: "c",
      step: "s",
      done: true,
      note: "",
    });
    expect(stepped.followed.repaint).toEqual(["op_1"]);
  });

  test("the digest is a post in the channel whatever it says", () => {
    const { followed } = play(atNight({ digest: schedule() }), fire({ kind: "digest" }), finish());
    expect(followed.posts).toMatchObject([{ to: { kind: "channel" }, note: { kind: "operation-result" } }]);
  });

  test("a fire that is skipped paints the week and tells nobody", () => {
    const { followed } = play(atNight(), fire({ isLive: false }));
    expect(followed).toEqual({ jobs: [], repaint: ["wk_docs~2026-W48"], posts: [] });
  });

  test("the third in a row that is skipped is told in the channel, once, until one runs again", () => {
    const nights = (from: number, to: number, change: Parameters<typeof fire>[0], before = scheduled()) => {
      const told: unknown[] = [];
      let story = before;
      for (let night = from; night <= to; night++) {
        story = play({ ...story, now: NIGHT + night * DAY }, fire({ operation: `op_${night}`, ...change }));
        told.push(story.followed.posts.length);
      }
      return { story, told };
    };
    const five = nights(0, 4, { isLive: false });
    expect(five.told).toEqual([0, 0, 1, 0, 0]);
    expect(nights(0, 2, { isLive: false }).story.followed.posts).toMatchObject([
      {
        to: { kind: "channel", channel: "C1" },
        note: { kind: "operation-skips", operationKind: "smoke", fires: 3, says: expect.stringContaining("live") },
      },
    ]);
    const ran = play(nights(5, 5, {}, five.story).story, finish());
    expect(nights(6, 8, { isLive: false }, ran).told).toEqual([0, 0, 1]);
    // A bot that was down for a week says so with the first that it skips.
    const late = play({ ...scheduled(), now: NIGHT + 3 * DAY + 8 * HOUR }, fire());
    expect(late.followed.posts).toMatchObject([{ note: { fires: 4 } }]);
  });

  test("nights that the schedule itself skips are told to nobody, however many", () => {
    const window = { name: "Inventory", from: NIGHT - DAY, to: NIGHT + 9 * DAY };
    let story = scheduled({ smoke: schedule({ inFreeze: "skip" }) });
    for (let night = 0; night < 5; night++) {
      story = play({ ...story, now: NIGHT + night * DAY }, fire({ freezeWindows: [window] }));
      expect(story.followed).toMatchObject({ repaint: [expect.any(String)], posts: [] });
    }
  });
});
