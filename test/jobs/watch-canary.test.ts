import { describe, expect, it } from "vitest";
import type { CanaryIntent } from "#src/canary/watch/intents";
import { createWatchCanaries, type WatchDeps } from "#src/jobs/watch-canary";
import { JournalError } from "#src/journal/journal-error";
import { createLog } from "#src/log";
import { RagStoreError } from "#src/rag/store-error";
import type { RollbackState } from "#src/rollback/state";
import type { TriggeredRollback } from "#src/rollback/use-cases/rollbacks";
import { rollbackView } from "#src/rollback/view";
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
  runA,
  runB,
  type Story,
  started,
  watch,
} from "#test/canary-watch/story";
import { live, play as playRollback, request, rollbackOf } from "#test/rollback/story";

const due = later(breached(), 5 * MINUTE);
const triggered = play(due, watch(undefined));
const someRollback = rollbackOf(playRollback(live, request()));

/** One service in the given story, and what the pass did. */
function house(story: Story, over: Partial<WatchDeps> = {}) {
  const intents: CanaryIntent[] = [];
  const wishes: TriggeredRollback[] = [];
  const painted: string[][] = [];
  const pass = createWatchCanaries({
    services: ["docs"],
    state: async () => story.service,
    canary: async () => story.canary,
    async decide(_service, canary, _key, intent) {
      intents.push(intent);
      return { ok: true, canary, events: [] };
    },
    monitor: { lookAt: async () => null },
    rollbacks: {
      rollback: async () => null,
      async trigger(wish) {
        wishes.push(wish);
        return { ok: true, rollback: wish.rollback, events: [] };
      },
    },
    identity: { members: async () => members },
    repaint: async (_service, subjects) => void painted.push([...subjects]),
    clock: { now: () => story.now },
    log: createLog({ level: "silent", secrets: [] }),
    ...over,
  });
  return { pass, intents, wishes, painted };
}

describe("one pass over the canaries", () => {
  it("counts those that are open", async () => {
    expect(await house(started).pass()).toBe(1);
    expect(await house({ ...started, service: { ...started.service, canary: null } }).pass()).toBe(0);
  });

  it("what fails of one service keeps no other from being looked at", async () => {
    const looked: string[] = [];
    const { pass } = house(started, {
      services: ["gone", "docs"],
      async state(service) {
        if (service === "gone") throw new JournalError("unreachable", true, "The database can't be reached.");
        looked.push(service);
        return started.service;
      },
    });
    expect(await pass()).toBe(2);
    expect(looked).toEqual(["docs"]);
  });

  it("decides what is due by the clock though nothing could be looked at", async () => {
    const { pass, intents } = house(started, { monitor: { lookAt: () => Promise.reject(new Error("broken")) } });
    await pass();
    const since = started.now;
    const blind = { since, says: "It failed for a reason that the log names." };
    expect(intents).toEqual([
      { type: "watch", look: undefined, asOf: canaryOf(started).version, members: null, blind },
    ]);
  });

  it("says since when it can't look, and counts anew after a look, and while that is told", async () => {
    let [now, story, works] = [started.now, started, false];
    const { pass, intents } = house(started, {
      clock: { now: () => now },
      canary: async () => story.canary,
      monitor: { lookAt: () => (works ? Promise.resolve(null) : Promise.reject(new Error("broken"))) },
    });
    const sinceAt = async (minute: number) => {
      now = started.now + minute * MINUTE;
      await pass();
      const last = intents.at(-1);
      return last?.type === "watch" && last.blind !== undefined ? (last.blind.since - started.now) / MINUTE : null;
    };
    expect([await sinceAt(0), await sinceAt(20)]).toEqual([0, 0]);
    works = true;
    expect(await sinceAt(25)).toBeNull();
    works = false;
    expect([await sinceAt(26), await sinceAt(60)]).toEqual([26, 26]);
    story = { ...story, canary: { ...canaryOf(story), blind: { since: now, says: "…" } } };
    expect([await sinceAt(61), await sinceAt(70)]).toEqual([61, 70]);
    story = started;
    expect(await sinceAt(71)).toBe(70);
  });

  it("looks at nothing while the canary is paused, or something else is live", async () => {
    const paused = play(started, { type: "pause", actor: omar, members, reason: "load test under way" });
    const elsewhere = { ...started, service: { ...started.service, live: runA } };
    for (const story of [paused, elsewhere]) {
      const monitor = { lookAt: () => Promise.reject(new Error("looked")) };
      const { pass, intents } = house(story, { monitor });
      await pass();
      expect(intents).toMatchObject([{ type: "watch", look: undefined }]);
    }
  });

  it("resolves the roles only when somebody is to be told, and takes those of the start where nobody answers", async () => {
    let asked = 0;
    const identity = {
      async members() {
        asked++;
        throw new Error("Slack is away");
      },
    };
    await house(started, { identity }).pass();
    expect(asked).toBe(0);
    const late = house(later(breached({ onBreach: "alert" }), HOUR), { identity });
    await late.pass();
    expect(asked).toBe(1);
    expect(late.intents).toMatchObject([{ members }]);
  });

  it("paints the messages again when what is stored has changed, and not otherwise", async () => {
    const { pass, painted } = house(started, { monitor: { lookAt: async () => look(started) } });
    await pass();
    await pass();
    expect(painted).toEqual([[canaryOf(started).id]]);
  });
});

describe("a rollback that was triggered", () => {
  it("is asked for with its reason, to the baseline, by the policy", async () => {
    const { pass, wishes } = house(triggered);
    await pass();
    expect(wishes).toMatchObject([
      {
        service: "docs",
        rollback: canaryOf(triggered).rollback?.rollback,
        trigger: { canary: canaryOf(triggered).id, kpi: "f1" },
        from: runB,
        to: runA,
        by: null,
        reason: expect.stringContaining("f1 is proven worse"),
      },
    ]);
  });

  it("is the person's where somebody gave the canary up", async () => {
    const aborted = play(started, { type: "abort", actor: omar, members, reason: "customers complain" });
    const { pass, wishes } = house(aborted);
    await pass();
    expect(wishes).toMatchObject([{ by: omar, reason: "customers complain" }]);
  });

  it.each([
    [
      "the store is away",
      () => Promise.reject(new RagStoreError("unreachable", "The RAG store can't be reached")),
      "The RAG store can't be reached.",
    ],
    [
      "something broke",
      () => Promise.reject(new TypeError("x is undefined")),
      "It failed for a reason that the log names.",
    ],
    [
      "it is refused",
      async () => ({ ok: false, refusal: { kind: "rollback-open", number: 3 } }) as const,
      "Rollback #3 is waiting",
    ],
  ])("says what impedes it where %s", async (_, trigger, says) => {
    const { pass, intents } = house(triggered, { rollbacks: { rollback: async () => null, trigger } });
    expect(await pass()).toBe(1);
    expect(intents.at(-1)).toMatchObject({ type: "rollback-impeded", says: expect.stringContaining(says) });
  });

  it("is given up where only people can help", async () => {
    const trigger = async () => ({ ok: false, refusal: { kind: "target-damaged", run: "run-a" } }) as const;
    const { pass, intents } = house(triggered, { rollbacks: { rollback: async () => null, trigger } });
    await pass();
    const says = expect.stringContaining("no backup has them");
    expect(intents.at(-1)).toMatchObject({ type: "rollback-given-up", says, attempts: 1 });
  });

  /** Rollbacks as they would be known; each that is asked for ends as told, two minutes after it was asked for. */
  function refusing(flip: RollbackState["flip"]) {
    const known = new Map<string, RollbackState>();
    const wishes: { readonly rollback: string; readonly at: number }[] = [];
    const clock = { at: triggered.now, now: () => clock.at };
    const rollbacks: WatchDeps["rollbacks"] = {
      async rollback(id) {
        const one = known.get(id);
        return one === undefined ? null : rollbackView(one);
      },
      async trigger({ rollback }) {
        const ended = { at: clock.at + 2 * MINUTE, live: runB, says: "The flip was called back" };
        wishes.push({ rollback, at: clock.at });
        known.set(rollback, { ...someRollback, id: rollback, standing: "refused", flip, ended });
        return { ok: true, rollback, events: [] };
      },
    };
    return { ...house(triggered, { rollbacks, clock }), wishes, clock };
  }

  it("is asked for again without end where the flip was called back, after pauses that grow", async () => {
    const calledBack = { id: "f", from: runB, to: runA, outcome: "cancelled", settledAt: triggered.now } as const;
    const { pass, intents, wishes, clock } = refusing(calledBack);
    for (let minute = 0; minute < 90; minute++) {
      await pass();
      clock.at += MINUTE;
    }
    expect(new Set(wishes.map(({ rollback }) => rollback)).size).toBe(wishes.length);
    expect(wishes.map(({ at }) => (at - triggered.now) / MINUTE)).toEqual([0, 3, 7, 14, 26, 43, 60, 77]);
    expect(wishes[0]?.rollback).toBe(canaryOf(triggered).rollback?.rollback);
    const impeded = { type: "rollback-impeded", says: "The flip was called back." };
    expect(intents.filter(({ type }) => type === "rollback-impeded")).toContainEqual(expect.objectContaining(impeded));
    expect(intents.map(({ type }) => type)).not.toContain("rollback-given-up");
  });

  it("is given up where it never came to the flip", async () => {
    const { pass, intents, wishes, clock } = refusing(null);
    await pass();
    clock.at += HOUR;
    await pass();
    expect(wishes).toHaveLength(1);
    expect(intents.at(-1)).toMatchObject({ type: "rollback-given-up", attempts: 1 });
  });

  it("begins anew with another id once it was given up and somebody wants it again", async () => {
    const rollback = canaryOf(triggered).rollback?.rollback ?? "";
    const givenUp = play(triggered, { type: "rollback-given-up", rollback, says: "It is damaged.", attempts: 1 });
    const again = play(givenUp, { type: "abort", actor: omar, members, reason: "it was repaired" });
    const { pass, wishes } = house(again);
    await pass();
    expect(wishes).toMatchObject([{ rollback: canaryOf(again).rollback?.rollback }]);
    expect(wishes[0]?.rollback).not.toBe(rollback);
  });

  it("is said to be the one that somebody had begun, and to have begun after an impediment", async () => {
    const rollback = canaryOf(triggered).rollback?.rollback ?? "";
    const running = { ...someRollback, id: "rb_other", standing: "running" } as const;
    const rollbacks: WatchDeps["rollbacks"] = {
      rollback: async (id) => (id === "rb_other" ? rollbackView(running) : null),
      trigger: async () => ({ ok: true, rollback: "rb_other", events: [] }),
    };
    const joined = house(triggered, { rollbacks });
    await joined.pass();
    expect(joined.intents.at(-1)).toEqual({ type: "rollback-begun", rollback, runs: "rb_other" });
    const known = house(play(triggered, { type: "rollback-begun", rollback, runs: "rb_other" }), { rollbacks });
    await known.pass();
    expect(known.intents.map(({ type }) => type)).toEqual(["watch"]);
    const own: WatchDeps["rollbacks"] = {
      ...rollbacks,
      rollback: async () => rollbackView({ ...running, id: rollback }),
    };
    const impeded = play(triggered, { type: "rollback-impeded", rollback, says: "The store is away." });
    const after = house(impeded, { rollbacks: own });
    await after.pass();
    expect(after.intents.at(-1)).toEqual({ type: "rollback-begun", rollback, runs: rollback });
  });

  it("tells nothing where Golive's own database is gone: it is tried again", async () => {
    const trigger = () => Promise.reject(new JournalError("unreachable", true, "The database can't be reached."));
    const { pass, intents } = house(triggered, { rollbacks: { rollback: async () => null, trigger } });
    expect(await pass()).toBe(1);
    expect(intents.map(({ type }) => type)).toEqual(["watch"]);
  });
});
