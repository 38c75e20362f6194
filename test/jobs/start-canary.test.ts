import { describe, expect, it } from "vitest";
import { canaryIdOf } from "#src/canary/canary-id";
import { DEFAULT_POLICY } from "#src/canary/default-policy";
import type { CanaryIntent } from "#src/canary/watch/intents";
import { createStartCanary } from "#src/jobs/handlers/start-canary";
import type { Decision, Journal } from "#src/journal/journal";
import { consequencesOf } from "#src/release/consequences";
import type { ReleaseState } from "#src/release/state";
import { response } from "#test/canary-watch/story";
import * as w from "#test/release/world";

const flip = [
  w.cutOver(w.ines),
  w.intendFlip("f1"),
  { type: "settle-flip", flip: "f1", outcome: "flipped", live: w.runB } as const,
];
const live = flip.reduce<w.Story>((story, intent) => w.play(story, intent), w.ready);
const terms = {
  policy: DEFAULT_POLICY,
  response,
  rights: w.policy,
  onCall: ["on-call"],
  questions: 200,
  caution: null,
  changes: ["reranker.top_n: 18 → 12"],
};

async function run(release: ReleaseState | null, answer: "ok" | "too-late" = "ok") {
  const intents: CanaryIntent[] = [];
  const posted: Decision<unknown>["posts"][number][] = [];
  const transact: Journal["transact"] = async (_service, _key, _streams, decide) => {
    const decision = decide(new Map());
    posted.push(...decision.posts);
    return { outcome: decision.outcome, repeated: false };
  };
  const start = createStartCanary({
    async decide(_service, canary, _key, intent) {
      intents.push(intent);
      if (answer === "ok") return { ok: true, canary, events: [] };
      return { ok: false, refusal: { kind: "too-late", what: "Another canary is open" } };
    },
    release: async () => release,
    terms: async () => terms,
    identity: { members: async () => w.members },
    journal: { transact },
  });
  await start({ id: "j", data: { service: "docs", release: "r1" }, signal: new AbortController().signal });
  return { intents, posted };
}

describe("a canary's beginning", () => {
  it("follows from the go-live, once", () => {
    const facts = live.journal.filter(({ event }) => event.type === "went-live");
    const { jobs } = consequencesOf(w.ready.release, live.release, facts);
    expect(jobs.filter(({ queue }) => queue === "start-canary")).toEqual([
      { queue: "start-canary", cause: `release/r1/${facts[0]?.version}`, data: { service: "docs", release: "r1" } },
    ]);
  });

  it("takes what went live, what it replaced, and the moment of the flip", async () => {
    const { intents } = await run(live.release);
    expect(intents).toMatchObject([
      {
        type: "start",
        canary: canaryIdOf("r1"),
        candidate: w.runB,
        baseline: w.runA,
        from: live.now,
        members: w.members,
        questions: 200,
      },
    ]);
  });

  it("is none of a release that isn't live", async () => {
    expect((await run(w.ready.release)).intents).toEqual([]);
    expect((await run(null)).intents).toEqual([]);
  });

  it("is none of a first go-live, and the release's thread hears why", async () => {
    const first: ReleaseState = { ...w.releaseOf(live), active: null, flip: null };
    const { intents, posted } = await run(first);
    expect(intents).toEqual([]);
    expect(posted).toMatchObject([
      { key: "release/r1/no-canary", to: { kind: "thread", subject: "r1" }, note: { kind: "no-canary" } },
    ]);
  });

  it("is tried again while another canary is open", async () => {
    await expect(run(live.release, "too-late")).rejects.toThrow(/still open/);
  });
});
