import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AgendaEvent } from "#src/operations/events";
import { foldAgenda } from "#src/operations/evolve-agenda";
import { OPERATIONS, type OperationKind } from "#src/operations/operation";
import type { Recorded } from "#src/release/events";
import {
  attempt,
  calendar,
  DAY,
  finish,
  fire,
  HOUR,
  MINUTE,
  play,
  request,
  type Story,
  schedule,
  schedules,
  unscheduled,
} from "#test/operations/story";

/** What happens to a service's clock, with the time since what happened before. */
type Happening = { readonly wait: number } & (
  | { readonly what: "look"; readonly isLive: boolean; readonly isCuttingOver: boolean }
  | { readonly what: "ask" | "end" | "roll-back" | "rolled-back" }
);

const wait = fc.oneof(fc.integer({ min: 0, max: 3 * HOUR }), fc.integer({ min: 0, max: 2 * DAY }));
const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      wait,
      what: fc.constant("look" as const),
      isLive: fc.boolean(),
      isCuttingOver: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      wait,
      what: fc.constantFrom("ask" as const, "end" as const, "roll-back" as const, "rolled-back" as const),
    }),
  },
);
const rhythm = fc.record({
  cron: fc.constantFrom("30 2 * * *", "*/30 * * * *", "0 4 * * SUN", "15 1,2,3 * * *"),
  zone: fc.constantFrom("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"),
  jitterMs: fc.constantFrom(0, 10 * MINUTE, 3 * HOUR),
  catchUpMs: fc.constantFrom(0, 6 * HOUR, 7 * DAY),
});
const begin = fc.integer({ min: Date.parse("2026-01-01"), max: Date.parse("2027-01-01") });

/** Two copies of the bot look each time, one after the other: what the lock makes of two at once. */
function happens(story: Story, kind: OperationKind, each: Happening, index: number): Story {
  const at = { ...story, now: story.now + each.wait };
  switch (each.what) {
    case "look": {
      const { isLive, isCuttingOver } = each;
      const look = (copy: string) => fire({ kind, isLive, isCuttingOver, operation: `op_${index}${copy}` });
      return play(play(at, look("a")), look("b"));
    }
    case "ask":
      return attempt(at, request({ kind, operation: `op_${index}` })).story;
    case "end":
      return play(at, finish());
    case "roll-back":
      return { ...at, service: { ...at.service, rollback: "rb_1" } };
    case "rolled-back":
      return { ...at, service: { ...at.service, rollback: null } };
  }
}

describe("whatever happens", () => {
  const stories = fc.record({
    rhythm,
    begin,
    kind: fc.constantFrom(...OPERATIONS),
    all: fc.array(happening, { maxLength: 25 }),
  });

  test("every fire is answered at most once, in order, and all of those up to the newest that was answered", () => {
    fc.assert(
      fc.property(stories, ({ rhythm: given, begin: from, kind, all }) => {
        const set = play({ ...unscheduled, now: from }, schedules({ [kind]: schedule(given) }));
        const told = all.reduce((story, each, index) => happens(story, kind, each, index), set);
        const facts = told.facts.map(({ event }) => event);
        let handled = from;
        for (const event of facts) {
          const answered =
            event.type === "operation-opened" && event.due !== null
              ? { due: event.due, fires: event.missed + 1 }
              : event.type === "fire-skipped"
                ? event
                : null;
          if (answered === null) continue;
          expect(calendar.fires(given, handled, answered.due)).toHaveLength(answered.fires);
          expect(calendar.fires(given, handled, answered.due).at(-1)).toBe(answered.due);
          handled = answered.due;
        }
        expect(handled).toBeLessThanOrEqual(told.now);
      }),
      { numRuns: 50 },
    );
  });

  test("one run of a kind is open at a time, each has one job and one end, and the numbers count", () => {
    fc.assert(
      fc.property(stories, ({ rhythm: given, begin: from, kind, all }) => {
        let story = play({ ...unscheduled, now: from }, schedules({ [kind]: schedule(given) }));
        const jobs: string[] = [];
        for (const [index, each] of all.entries()) {
          const before = story.facts.length;
          story = happens(story, kind, each, index);
          const opened = story.facts.slice(before).filter(({ event }) => event.type === "operation-requested");
          expect(opened.length).toBeLessThanOrEqual(1);
          jobs.push(...opened.map(({ stream }) => stream));
        }
        expect(new Set(jobs).size).toBe(jobs.length);
        const runs = story.facts.filter(
          ({ event }) => event.type === "operation-opened" || event.type === "operation-closed",
        );
        for (const [index, { event }] of runs.entries()) {
          expect(event.type).toBe(index % 2 === 0 ? "operation-opened" : "operation-closed");
          if (event.type === "operation-opened") expect(event.number).toBe(index / 2 + 1);
        }
        const agenda = story.facts.filter((fact): fact is Recorded<AgendaEvent> => fact.stream.startsWith("agenda/"));
        expect(foldAgenda("docs", agenda)).toEqual(story.agenda);
      }),
      { numRuns: 50 },
    );
  });

  test("what looks at what is live never begins while that is being moved", () => {
    fc.assert(
      fc.property(stories, ({ rhythm: given, begin: from, all }) => {
        let story = play({ ...unscheduled, now: from }, schedules({ smoke: schedule(given) }));
        for (const [index, each] of all.entries()) {
          const isMoving = story.service.rollback !== null || (each.what === "look" && each.isCuttingOver);
          const { runs } = story.agenda.entries.smoke;
          story = happens(story, "smoke", each, index);
          if (isMoving) expect(story.agenda.entries.smoke.runs).toBe(runs);
        }
      }),
      { numRuns: 40 },
    );
  });
});
