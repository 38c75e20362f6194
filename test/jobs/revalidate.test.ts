import { expect, it } from "vitest";
import { createRevalidate } from "#src/jobs/handlers/revalidate";
import type { Intent } from "#src/release/intents";
import { viewOf } from "#src/release/view-of";
import * as w from "#test/release/world";

/** The looks at one ready release, on a clock that the test moves. */
function looks(story: w.Story) {
  let now = story.now;
  const intents: Intent["type"][] = [];
  const asked: string[] = [];
  const painted: number[] = [];
  const state = w.releaseOf(story);
  const look = createRevalidate({
    clock: { now: () => now },
    release: async () => state,
    view: async () => viewOf(story.service, state, now),
    decide: async (_service, _release, _key, intent) => {
      intents.push(intent.type);
      if (intent.type === "refresh-check") asked.push(intent.check);
      return { ok: true, release: state.id, events: [] };
    },
    identity: {
      person: async () => w.rosa,
      members: async () => w.members,
      channel: async () => "ours",
    },
    configured: () => null,
    followChannel: async () => undefined,
    repaint: async () => {
      painted.push(now);
    },
  });
  const job = { id: "j", data: { service: state.service, release: state.id }, signal: AbortSignal.timeout(60_000) };
  return {
    intents,
    asked,
    painted,
    at: (passed: number) => {
      now = story.now + passed;
      return look(job);
    },
  };
}

it("what time alone changed is painted once: the end of a freeze window offers the cutover again", async () => {
  const window = { name: "Year end", from: w.T0, to: w.ready.now + 60_000 };
  const policy = { ...w.policy, freezeWindows: [window] };
  const { checklist, members } = w;
  const frozen = w.play(w.ready, { type: "change-policy", checklist, policy, members });
  const { at, painted } = looks(frozen);
  await at(0);
  await at(100);
  expect(painted).toHaveLength(1);
  await at(60_000);
  await at(60_100);
  expect(painted).toHaveLength(2);
});

it.each(["fail", "inconclusive", "error"] as const)(
  "a result that is no pass ages like one, and is run again: %s",
  async (verdict) => {
    const { at, asked } = looks(w.rerun(w.green, "prefix-leakage", w.result(verdict)));
    await at(0);
    expect(asked).toEqual([]);
    await at(w.HOUR * 0.95);
    expect(asked).toContain("prefix-leakage");
  },
);

it("a waived failure is run again too: its gate must not close only because nobody looked", async () => {
  const failing = w.rerun(w.green, "prefix-leakage", w.result("fail"));
  const { asked, at } = looks(
    w.play(failing, {
      type: "waive",
      actor: w.ines,
      members: w.members,
      check: "prefix-leakage",
      reason: "only three, in a draft",
      until: w.T0 + 24 * w.HOUR,
    }),
  );
  await at(w.HOUR * 0.95);
  expect(asked).toContain("prefix-leakage");
});

it("a pass is run again in the last tenth of its life, not before", async () => {
  const { at, intents } = looks(w.ready);
  await at(0);
  expect(intents).not.toContain("refresh-check");
  await at(w.HOUR * 0.95);
  expect(intents.filter((type) => type === "refresh-check").length).toBeGreaterThan(0);
});

it.each([
  ["pass", ["floors"]],
  ["fail", []],
  ["inconclusive", []],
] as const)("an evaluation is renewed by itself only where its check passed: %s", async (verdict, renewed) => {
  const floors = { id: "floors", title: "Floors", version: 1, freshForMs: w.HOUR, waivable: true } as const;
  const checklist = { ...w.checklist, checks: [...w.checklist.checks, { ...floors, restsOn: "evaluation" as const }] };
  const evaluated = w.play(w.beginning, w.start({ checklist }), w.freeze("m1"), {
    type: "end-evaluation",
    manifest: "m1",
    evaluation: "ev1",
    end: { outcome: "finished", reason: null, trials: 60, graded: 60, refusals: 0, ungraded: 0, failed: 0 },
    known: false,
  });
  const { at, asked } = looks(w.play(evaluated, w.finish(evaluated, "floors", w.result(verdict))));
  await at(w.HOUR * 0.95);
  expect(asked).toEqual(renewed);
});
