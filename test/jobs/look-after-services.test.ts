import { describe, expect, it } from "vitest";
import { lookAfterServices } from "#src/jobs/look-after-services";
import { createLog } from "#src/log";
import { RagStoreError } from "#src/rag/store-error";
import { announcementsOf } from "#src/release/consequences";
import { decide } from "#src/release/decide";
import type { Intent } from "#src/release/intents";
import { dan, runA, runB } from "#test/release/world";
import { live, play, request } from "#test/rollback/story";

describe("a pointer that somebody moved past Golive", () => {
  const note = (to: typeof runA | null): Intent => ({ type: "note-pointer", live: to, channel: "C1" });
  const facts = (service: typeof live.service, to: typeof runA | null) => {
    const decision = decide(service, null, note(to), 1);
    return decision.events;
  };

  it("is recorded and announced in the service's channel, and is what is live from then on", () => {
    const [fact] = facts(live.service, runA);
    if (fact === undefined) throw new Error("nothing was recorded");
    expect(fact.event).toMatchObject({ type: "pointer-moved", from: runB, to: runA });
    const recorded = { ...fact, version: 9, at: 1 };
    expect(announcementsOf([recorded])).toEqual([
      {
        key: "service/docs/9/pointer-moved",
        to: { kind: "channel", channel: "C1" },
        note: { kind: "pointer-moved", service: "docs", from: runB, to: runA },
      },
    ]);
  });

  it("is nothing where it says what Golive knows, where Golive never flipped, and while a rollback may be moving it", () => {
    expect(facts(live.service, runB)).toEqual([]);
    expect(facts({ ...live.service, live: null, before: [] }, runA)).toEqual([]);
    expect(facts(play(live, request()).service, runA)).toEqual([]);
    // One that only waits for somebody moves nothing: who moves the pointer meanwhile is announced.
    expect(facts(play(live, request(dan)).service, runA)).toHaveLength(1);
  });
});

describe("looking after services", () => {
  const asked: string[] = [];
  const house = (over: Partial<Parameters<typeof lookAfterServices>[0]> = {}) =>
    lookAfterServices({
      services: [
        { id: "a", channel: "C1" },
        { id: "docs", channel: "C2" },
      ],
      state: async () => live.service,
      store: () => ({ pointer: async () => runA }),
      decide: async (service, _release, _key, intent) => {
        asked.push(`${service} ${intent.type}`);
        return { ok: true, release: null, events: [] };
      },
      jobs: { deadJobs: async () => [], redrive: async () => 0 },
      log: createLog({ level: "silent", secrets: [] }),
      ...over,
    });

  it("asks each store, and a store that is away keeps nobody else from being looked at", async () => {
    asked.length = 0;
    const away = () => Promise.reject(new RagStoreError("unreachable", "The RAG store can't be reached."));
    await house({ store: (id) => ({ pointer: id === "a" ? away : async () => runA }) });
    expect(asked).toEqual(["docs note-pointer"]);
  });

  it("has a rollback go on whose job died every time; whether its pointer means anything is for the rule to say", async () => {
    asked.length = 0;
    const driven: unknown[] = [];
    const dead = { id: "j", queue: "roll-back", data: {}, error: "away", diedAt: 0, retries: 5 };
    await house({
      state: async () => ({ ...live.service, rollback: "rb1" }),
      jobs: { deadJobs: async () => [dead], redrive: async (about) => driven.push(about) },
    });
    expect(driven).toEqual([
      { service: "a", rollback: "rb1" },
      { service: "docs", rollback: "rb1" },
    ]);
    expect(asked).toEqual(["a note-pointer", "docs note-pointer"]);
  });

  it("has a canary begun whose job died every time, where none is open; other jobs of an ended release stay dead by themselves", async () => {
    const driven: unknown[] = [];
    const redrive = async (about: unknown) => driven.push(about);
    const dead = (queue: string) => [{ id: "j", queue, data: {}, error: "away", diedAt: 0, retries: 5 }];
    await house({ jobs: { deadJobs: async () => dead("stop-evaluation"), redrive } });
    expect(driven).toEqual([]);
    await house({ jobs: { deadJobs: async () => dead("start-canary"), redrive } });
    expect(driven).toContainEqual({ service: "docs", release: "r1" });
    driven.length = 0;
    const state = async () => ({ ...live.service, canary: "cn_0123456789abcdef" });
    await house({ state, jobs: { deadJobs: async () => dead("start-canary"), redrive } });
    expect(driven).toEqual([]);
  });
});
