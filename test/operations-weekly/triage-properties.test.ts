import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wilson } from "#src/evaluation/compare/wilson";
import { CAUSES, SIGNS } from "#src/operations/triage/causes";
import { effectiveCases, type Weighed, weigh } from "#src/operations/triage/weigh";
import { caseId, record, triaged, type Went } from "#test/operations-weekly/traced";

const weighed: fc.Arbitrary<Weighed> = fc.record({
  id: fc.string({ minLength: 1, maxLength: 6 }),
  cause: fc.constantFrom(...CAUSES, null),
  sign: fc.constant(null),
  says: fc.constant(""),
  weight: fc.oneof(fc.constant(0), fc.double({ min: 1e-9, max: 1e6, noNaN: true })),
});
const lost = fc.uniqueArray(weighed, { maxLength: 40, selector: ({ id }) => id });

describe("weighing", () => {
  it("is of no order", () => {
    fc.assert(
      fc.property(
        lost.chain((cases) =>
          fc.tuple(
            fc.constant(cases),
            fc.shuffledSubarray(cases, { minLength: cases.length, maxLength: cases.length }),
          ),
        ),
        ([cases, shuffled]) => {
          expect(weigh(shuffled)).toEqual(weigh(cases));
        },
      ),
    );
  });

  it("shares out exactly what was lost, each share inside its interval", () => {
    fc.assert(
      fc.property(lost, (cases) => {
        const { shares } = weigh(cases);
        const total = shares.reduce((sum, { share }) => sum + share, 0);
        if (cases.some(({ weight }) => weight > 0)) expect(total).toBeCloseTo(1, 9);
        else expect(shares).toEqual([]);
        for (const { share, interval } of shares) {
          expect(interval.low).toBeLessThanOrEqual(share + 1e-9);
          expect(interval.high).toBeGreaterThanOrEqual(share - 1e-9);
        }
      }),
    );
  });

  it("is sure only of more than half, never of what nothing explains, and never with fewer than four cases", () => {
    fc.assert(
      fc.property(lost, (cases) => {
        const { sure, cause, shares } = weigh(cases);
        if (sure !== "unclear") expect(cause).not.toBeNull();
        if (sure === "sure") expect(shares[0]?.share).toBeGreaterThan(0.5);
        if (cases.filter(({ weight }) => weight > 0).length < 4) expect(sure).toBe("unclear");
      }),
    );
  });

  it("counts equal weights as so many cases, and one that outweighs all as hardly more than one", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.double({ min: 1e-12, max: 1e12, noNaN: true }), (n, weight) => {
        expect(effectiveCases(Array.from({ length: n }, () => weight))).toBeCloseTo(n, 6);
      }),
    );
    expect(effectiveCases([1, ...Array.from({ length: 50 }, () => 0.0001)])).toBeCloseTo(1.01, 2);
    expect(effectiveCases([])).toBe(0);
  });

  it("has Wilson's interval: 8 of 10 is 49 to 94.3 %, and 0 of 10 up to 27.8 %", () => {
    expect(wilson(0.8, 10).low).toBeCloseTo(0.4902, 4);
    expect(wilson(0.8, 10).high).toBeCloseTo(0.9433, 4);
    expect(wilson(0, 10)).toEqual({ low: 0, high: expect.closeTo(0.2775, 4) });
    expect(wilson(0.3, 0)).toEqual({ low: 0, high: 1 });
  });
});

const went: fc.Arbitrary<Went> = fc.record({
  gold: fc.constantFrom("given", "found", "missing"),
  answer: fc.constantFrom("right", "half", "made-up", "noise", "silent"),
  seconds: fc.constantFrom(0.2, 1, 4, 50),
  ungraded: fc.boolean(),
});
const failing: fc.Arbitrary<Went> = fc.constantFrom({ failed: "timeout" }, { failed: "not-as-asked" });
const run = fc.array(fc.oneof({ weight: 9, arbitrary: went }, { weight: 1, arbitrary: failing }), {
  minLength: 0,
  maxLength: 60,
});
const toRecords = (all: readonly Went[]) => all.map((each, at) => record(caseId(at), each));

describe("triage of whatever happens", () => {
  it("gives the same for the same cases in another order, every cause with a sign of its own and a sentence", async () => {
    await fc.assert(
      fc.asyncProperty(run, fc.option(run), async (now, before) => {
        const old = before === null ? null : toRecords(before);
        const found = await triaged(toRecords(now), old);
        expect(await triaged(toRecords(now).reverse(), old?.toReversed() ?? null)).toEqual(found);
        for (const { cases, metric, sure, cause } of found.symptoms) {
          expect(new Set(cases.map(({ id }) => id)).size, metric).toBe(cases.length);
          if (sure !== "unclear") expect(cause).not.toBeNull();
          for (const each of cases) {
            expect(each.cause).toBe(each.sign === null ? null : SIGNS[each.sign]);
            expect(each.says).toMatch(/^[A-Z0-9].*\.$/);
            expect(each.weight).toBeGreaterThan(0);
          }
        }
        expect(found.worst.length).toBeLessThanOrEqual(10);
      }),
      { numRuns: 60 },
    );
  });
});
