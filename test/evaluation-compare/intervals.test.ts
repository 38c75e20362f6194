import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FEWEST_PAIRS, pairedDifference } from "#src/evaluation/compare/paired-difference";
import { studentT } from "#src/evaluation/compare/student-t";
import { tooFewQuestions } from "#src/evaluation/compare/too-few-questions";
import { MARGINS, many } from "#test/evaluation-compare/evaluated";

const pairs = (differences: readonly number[]) =>
  differences.map((difference, index) => ({
    id: `${index}`,
    baseline: Math.max(0, -difference),
    candidate: Math.max(0, difference),
  }));

describe("Student's t", () => {
  // Two-sided 95 % and 99 % points as any table has them.
  it.each([
    [1, 0.95, 12.706204736],
    [2, 0.95, 4.30265273],
    [3, 0.95, 3.182446305],
    [10, 0.95, 2.228138852],
    [29, 0.95, 2.045229642],
    [30, 0.99, 2.749995654],
    [1000, 0.95, 1.962339081],
    [100_000, 0.95, 1.959987707],
  ])("with %i degrees of freedom stays within the table's point at %f", (degrees, confidence, point) => {
    expect(studentT(degrees, confidence)).toBeCloseTo(point, 8);
  });
});

describe("a paired difference", () => {
  it("of hits and misses is the adjusted interval of Bonett and Price, with t for z", () => {
    // 50 pairs: 9 lost, 3 gained. p̃21 = 10/52, p̃12 = 4/52; d = −6/52; s² = (14/52 − d²) · 52/51 over 52.
    const found = pairedDifference(pairs([...many(9, () => -1), ...many(3, () => 1), ...many(38, () => 0)]));
    expect(found.difference).toBeCloseTo(-6 / 50, 12);
    const half = studentT(51, 0.95) * Math.sqrt((14 / 52 - (6 / 52) ** 2) / 51);
    expect(found.interval?.low).toBeCloseTo(-6 / 52 - half, 12);
    expect(found.interval?.high).toBeCloseTo(-6 / 52 + half, 12);
  });

  it("of pairs that are all equal leaves room for what was not seen, and less the more there are", () => {
    const width = (count: number) => pairedDifference(pairs(many(count, () => 0))).interval?.high ?? Number.NaN;
    expect(width(50)).toBeCloseTo(0.0552, 3);
    expect(width(130)).toBeCloseTo(0.0213, 3);
    expect(width(1200)).toBeLessThan(0.0025);
  });

  it("has no interval with too few pairs, and no number without any", () => {
    expect(pairedDifference(pairs(many(FEWEST_PAIRS - 1, () => 0.5))).interval).toBeNull();
    expect(pairedDifference(pairs(many(FEWEST_PAIRS, () => 0.5))).interval).not.toBeNull();
    expect(pairedDifference([])).toEqual({ n: 0, baseline: null, candidate: null, difference: null, interval: null });
  });

  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const samples = fc.array(fc.record({ baseline: share, candidate: share }), {
    minLength: FEWEST_PAIRS,
    maxLength: 90,
  });
  const named = (list: readonly { baseline: number; candidate: number }[]) =>
    list.map((each, index) => ({ id: `${index}`, ...each }));

  it("turns over when the arms are swapped, whatever the order of the pairs", () => {
    fc.assert(
      fc.property(samples, (sample) => {
        const there = pairedDifference(named(sample));
        const back = pairedDifference(
          named(sample.map(({ baseline, candidate }) => ({ baseline: candidate, candidate: baseline }))).reverse(),
        );
        expect(back.difference).toBeCloseTo(-(there.difference ?? Number.NaN), 9);
        expect(back.interval?.low).toBeCloseTo(-(there.interval?.high ?? Number.NaN), 9);
        expect(back.interval?.high).toBeCloseTo(-(there.interval?.low ?? Number.NaN), 9);
      }),
    );
  });

  it("stays within −1 and 1, and holds the shrunken mean", () => {
    fc.assert(
      fc.property(samples, (sample) => {
        const { interval, difference, n } = pairedDifference(named(sample));
        const shrunken = ((difference ?? Number.NaN) * n) / (n + 2);
        expect(interval?.low).toBeGreaterThanOrEqual(-1);
        expect(interval?.high).toBeLessThanOrEqual(1);
        expect(interval?.low).toBeLessThanOrEqual(shrunken);
        expect(interval?.high).toBeGreaterThanOrEqual(shrunken);
      }),
    );
  });

  it("holds the true difference at least 95 times in 100 where one case in fifty loses everything", () => {
    // A generator of its own, so that the figure is the same every time (Park & Miller's).
    let state = 7;
    const chance = () => {
      state = (state * 48_271) % 2_147_483_647;
      return state / 2_147_483_647;
    };
    const held = many(2_000, () => pairedDifference(pairs(many(50, () => (chance() < 0.02 ? -1 : 0))))).filter(
      ({ interval }) => interval !== null && interval.low <= -0.02 && interval.high >= -0.02,
    );
    expect(held.length / 2_000).toBeGreaterThanOrEqual(0.95);
  });
});

describe("what so many questions can prove at best", () => {
  it("is said before anything is paid for, by measure, and nothing where they are enough", () => {
    expect(tooFewQuestions(77, MARGINS)).toMatch(
      /^77 answerable questions prove 3\.6 points at best, and less is tolerated of oracle hit 3\.0, reader used gold 3\.0, f1 2\.0: /,
    );
    expect(tooFewQuestions(5, MARGINS)).toMatch(/^5 answerable questions prove 100\.0 points/);
    expect(tooFewQuestions(140, MARGINS)).toBeNull();
  });
});
