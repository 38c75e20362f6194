import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { KpiStanding } from "#src/canary/kpi-report";
import { foldCanary } from "#src/canary/watch/evolve";
import type { CanaryIntent } from "#src/canary/watch/intents";
import {
  attempt,
  canaryOf,
  eventsOf,
  later,
  look,
  MINUTE,
  members,
  omar,
  pointTo,
  runA,
  type Story,
  started,
  watch,
} from "#test/canary-watch/story";

const reason = "because of what we know";
const standing = fc.constantFrom<KpiStanding>("breach", "healthy", "watching", "unknown");
const seen = fc.record({
  f1: standing,
  precision: standing,
  over: fc.integer({ min: 0, max: 9 }).map((dice) => dice === 0),
  verdict: fc.constantFrom("pass", "inconclusive", "rollback", "ask"),
  onBreach: fc.constantFrom("rollback", "ask", "alert"),
  heard: fc.boolean(),
});
const act = fc.constantFrom<CanaryIntent>(
  { type: "pause", actor: omar, members, reason },
  { type: "resume", actor: omar, members, reason },
  { type: "extend", actor: omar, members, reason, hours: 2 },
  { type: "hold", actor: omar, members, reason },
  { type: "acknowledge", actor: omar, members, kpi: "f1" },
  { type: "mute", actor: omar, members, kpi: "f1", hours: 1 },
  { type: "escalate", actor: omar, members, kpi: "f1" },
  { type: "abort", actor: omar, members, reason },
  { type: "promote", actor: omar, members, reason },
);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ minutes: fc.integer({ min: 0, max: 40 }), seen }) },
  { weight: 2, arbitrary: fc.record({ act }) },
  { weight: 1, arbitrary: fc.constant("back" as const) },
);

/** What happens, with every watch twice, as two replicas make it. Returns the story and whether a repetition ever caused a fact. */
function run(steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[]): {
  story: Story;
  repeated: string[];
} {
  let story = started;
  const repeated: string[] = [];
  for (const each of steps) {
    if (each === "back") {
      story = pointTo(story, runA);
      continue;
    }
    if ("act" in each) {
      story = attempt(story, each.act).story;
      continue;
    }
    const { f1, precision, onBreach, over, verdict, heard } = each.seen;
    story = later(story, each.minutes * MINUTE);
    const known = (kpi: string, now: KpiStanding) =>
      canaryOf(story).breaches.some((breach) => breach.kpi === kpi) ? "breach" : now;
    const sees = look(
      story,
      { f1: { standing: known("f1", f1), onBreach }, precision: { standing: known("precision", precision), onBreach } },
      { over, verdict, ...(heard ? {} : { heard: { baseline: null, canary: null } }) },
    );
    story = attempt(story, watch(sees)).story;
    repeated.push(...eventsOf(story, watch(sees)).map(({ type }) => type));
  }
  return { story, repeated };
}

describe("whatever happens, in whatever order", () => {
  it("holds", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const { story, repeated } = run(steps);
        const types = story.facts.map(({ event }) => event.type);
        // A second replica that sees the same adds nothing.
        expect(repeated).toEqual([]);
        // One rollback, one end, and nothing after it.
        expect(types.filter((type) => type === "rollback-triggered").length).toBeLessThanOrEqual(1);
        const end = types.indexOf("canary-ended");
        expect(end === -1 || end === types.length - 1).toBe(true);
        expect(story.service.canary === null).toBe(end !== -1);
        // A breach is found once, and no canary passes over one.
        const breaches = story.facts.flatMap(({ event }) => (event.type === "breach-found" ? [event.kpi] : []));
        expect(new Set(breaches).size).toBe(breaches.length);
        expect(breaches.length > 0 && canaryOf(story).ended?.as === "passed").toBe(false);
        expect(foldCanary(story.facts)).toEqual(story.canary);
      }),
      { numRuns: 400 },
    );
  });
});
