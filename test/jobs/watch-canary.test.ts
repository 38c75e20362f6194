import { describe, expect, it } from "vitest";
import type { CanaryIntent } from "#src/canary/watch/intents";
import { createWatchCanaries, type WatchDeps } from "#src/jobs/watch-canary";
import { JournalError } from "#src/journal/journal-error";
import { createLog } from "#src/log";
import { RagStoreError } from "#src/rag/store-error";
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
      async () => ({ ok: false, refusal: { kind: "config-gone", config: "c1" } }) as const,
      "The configuration version c1 is gone",
    ],
  ])("says what impedes it where %s", async (_, trigger, says) => {
    const { pass, intents } = house(triggered, { rollbacks: { rollback: async () => null, trigger } });
    expect(await pass()).toBe(1);
    expect(intents.at(-1)).toMatchObject({ type: "rollback-impeded", says: expect.stringContaining(says) });
  });

  it("is asked for again where the pointer could not be moved, five times, and is then people's", async () => {
    const refused = { ...rollbackOf(playRollback(live, request())), standing: "refused" } as const;
    const known = new Set<string>();
    const wishes: string[] = [];
    const { pass, intents } = house(triggered, {
      rollbacks: {
        rollback: async (id) => (known.has(id) ? rollbackView(refused) : null),
        async trigger({ rollback }) {
          known.add(rollback);
          wishes.push(rollback);
          return { ok: true, rollback, events: [] };
        },
      },
    });
    for (let look = 0; look < 7; look++) await pass();
    expect(new Set(wishes).size).toBe(5);
    expect(wishes).toHaveLength(5);
    expect(wishes[0]).toBe(canaryOf(triggered).rollback?.rollback);
    expect(intents.at(-1)).toMatchObject({ says: expect.stringContaining("Somebody has to roll back by hand") });
  });

  it("tells nothing where Golive's own database is gone: it is tried again", async () => {
    const trigger = () => Promise.reject(new JournalError("unreachable", true, "The database can't be reached."));
    const { pass, intents } = house(triggered, { rollbacks: { rollback: async () => null, trigger } });
    expect(await pass()).toBe(1);
    expect(intents.map(({ type }) => type)).toEqual(["watch"]);
  });
});
