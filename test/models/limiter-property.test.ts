import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { PRIORITIES } from "#src/models/model-call";
import { drop, LEASE, type LimitBench, openLimitBench, type Teller, teller, want } from "#test/models/limiter-line";

let bench: LimitBench;
beforeAll(async () => {
  bench = await openLimitBench();
});
afterAll(() => bench.close());

const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("want" as const),
      who: fc.nat(2),
      priority: fc.nat(4),
      calls: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("finish" as const), who: fc.nat(2), which: fc.nat(5) }) },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant("say" as const), who: fc.nat(2), lost: fc.nat(4).map((n) => n === 0) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("repeat" as const), who: fc.nat(2), back: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("die" as const), who: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("leave" as const), who: fc.nat(2) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("wait" as const),
      ms: fc.oneof({ weight: 9, arbitrary: fc.nat(120) }, { weight: 1, arbitrary: fc.nat(LEASE) }),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

type Run = {
  readonly member: Teller;
  /** The calls that it believes to have under way, and until when it may: its last answered word, and its lease. */
  readonly held: Set<string>;
  heardAt: number;
  /** Its words so far: they may arrive again. */
  readonly said: { readonly turn: number; readonly wanted: Teller["wanted"] }[];
};

const begin = (limits: { maxInFlight: number; perSecond: number; workers: number }): Run => ({
  member: teller(limits),
  held: new Set(),
  heardAt: Number.NEGATIVE_INFINITY,
  said: [],
});

/** Plays members that are heard late, lose answers, repeat themselves, die and come back; checks after each step. */
async function play(steps: readonly Step[], maxInFlight: number, workers: number): Promise<void> {
  await bench.clear();
  const limits = { maxInFlight, perSecond: 20, workers };
  const runs = [begin(limits), begin(limits), begin(limits)];
  const callsOf = new Map<string, number>();
  const begun = new Map<string, number>();
  let at = 0;
  const replace = (run: Run) => {
    const who = runs.indexOf(run);
    runs[who] = begin(limits);
  };
  for (const each of steps) {
    if (each.do === "wait") at += each.ms;
    const run = each.do === "wait" ? undefined : runs[each.who];
    if (run !== undefined && each.do === "want")
      callsOf.set(want(run.member, PRIORITIES[each.priority], each.calls), each.calls);
    if (run !== undefined && each.do === "finish") {
      const id = run.member.wanted[each.which]?.id ?? "";
      drop(run.member, id);
      run.held.delete(id);
    }
    if (run !== undefined && each.do === "die") replace(run);
    if (run !== undefined && each.do === "leave") {
      await bench.leave(run.member, at);
      replace(run);
    }
    if (run !== undefined && each.do === "repeat") {
      const word = run.said.at(each.back - 1);
      if (word === undefined) continue;
      // Nobody hears the answer.
      await bench.say({ ...run.member, wanted: word.wanted }, at, { join: false, turn: word.turn });
    }
    if (run !== undefined && each.do === "say") {
      run.said.unshift({ turn: run.member.turns + 1, wanted: [...run.member.wanted] });
      const told = await bench.say(run.member, at, { join: run.heardAt === Number.NEGATIVE_INFINITY });
      if (!each.lost) {
        if (told === null) replace(run);
        else {
          run.heardAt = at;
          run.held.clear();
          for (const id of Object.keys(told.held)) run.held.add(id);
        }
      }
    }
    const starts = await bench.starts();
    expect(starts.size).toBeLessThanOrEqual(maxInFlight);
    for (const [id, start] of starts) begun.set(id, start);
    const believed = runs.filter(({ heardAt }) => at < heardAt + LEASE).map(({ held }) => held.size);
    expect(believed.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(maxInFlight);
    for (const count of believed) expect(count).toBeLessThanOrEqual(workers);
  }
  const inOrder = [...begun].sort(([, a], [, b]) => a - b);
  for (const [n, [id, start]] of inOrder.entries()) {
    const next = inOrder[n + 1]?.[1] ?? Number.POSITIVE_INFINITY;
    // Whole milliseconds here, microseconds there.
    expect(next - start).toBeGreaterThanOrEqual((callsOf.get(id) ?? 1) * 50 - 1);
  }
}

it("whatever is asked for, lost, repeated, abandoned or ended: never more in flight than allowed, never faster", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 20, maxLength: 80 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 3 }),
      play,
    ),
    { numRuns: 250 },
  );
});
