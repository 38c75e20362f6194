import { describe, expect, it } from "vitest";
import { logBernoulli, logMcNemar } from "#src/canary/bernoulli-test";
import { addOutcome, BETS, logBets, STAKES } from "#src/canary/bounded-mean";
import { logGamma, logMeanExp } from "#src/canary/log-space";
import { logQuantileRatio } from "#src/canary/tail-test";
import { logTrafficSplit } from "#src/canary/traffic-split";

const relative = (value: number, expected: number) => Math.abs(value - expected) / Math.max(1, Math.abs(expected));

/*
 * The expected values were computed apart from this code, to 40 digits: the integral over the mixture by quadrature, sums of exact
 * logarithms, and a gamma function of arbitrary precision.
 */
describe("a rate against a bar", () => {
  it.each([
    [3, 25, 0.1, -0.005917578826233958],
    [17, 120, 0.05, 4.943443631552152],
    [88.5, 900, 0.08, 1.176988150894677],
    [2, 300, 0.01, -0.9877505962948439],
    [900, 1000, 0.9, -1.3791010602525824],
    [4100, 12_000, 0.35, -3.561005553754189],
  ])("%d of %d above %d is ln E = %d", (k, n, p0, expected) => {
    expect(relative(logBernoulli(k, n, p0), expected)).toBeLessThan(1e-11);
  });

  it.each([
    [7, 2, 0.842024676750755],
    [55, 25, 4.6319908392176465],
    [20.25, 41.25, -2.068817274895055],
  ])("of discordant pairs %d lost and %d won are ln E = %d", (lost, won, expected) => {
    expect(relative(logMcNemar(lost, won), expected)).toBeLessThan(1e-11);
  });

  it("is no evidence before anything was seen, and none against a good canary however long it runs", () => {
    expect(logBernoulli(0, 0, 0.05)).toBe(0);
    // Where the regularised function underflows, flooring it once "proved" the opposite at 24,000 traces.
    for (const n of [24_000, 240_000, 2_400_000]) expect(logBernoulli(0.2 * n, n, 0.35)).toBeLessThan(-6);
    expect(logBernoulli(0, 1e7, 0.35)).toBeLessThan(-9);
    expect(logBernoulli(1e7, 1e7, 0.35)).toBeGreaterThan(1e6);
  });

  it("refuses a bar and a count that are none", () => {
    for (const p0 of [0, 1, Number.NaN, -0.1]) expect(() => logBernoulli(1, 2, p0)).toThrow(RangeError);
    for (const [k, n] of [
      [3, 2],
      [-1, 2],
      [Number.NaN, 2],
    ] as const)
      expect(() => logBernoulli(k, n, 0.5)).toThrow(RangeError);
  });
});

describe("a bounded mean", () => {
  const outcomes = Array.from({ length: 60 }, (_, index) => ((7 * (index + 1) ** 2 + 3 * (index + 1)) % 41) - 22).map(
    (value) => value / 25,
  );
  it.each([
    [1, 0.09832403108141886],
    [10, -0.19064213291499443],
    [60, -0.18470483070996438],
  ])("after %d outcomes is ln E = %d", (n, expected) => {
    const sums = Array<number>(BETS).fill(0);
    for (const outcome of outcomes.slice(0, n)) addOutcome(sums, 0, outcome);
    expect(relative(logBets(sums), expected)).toBeLessThan(1e-13);
  });

  it("stakes are spaced by one factor from .01 to .9", () => {
    expect(STAKES[0]).toBe(0.01);
    expect(STAKES[15]).toBeCloseTo(0.9, 15);
    const factors = STAKES.slice(1).map((stake, index) => stake / (STAKES[index] ?? 1));
    for (const factor of factors) expect(factor).toBeCloseTo(90 ** (1 / 15), 12);
  });

  it("survives the worst outcome, again and again", () => {
    const sums = Array<number>(BETS).fill(0);
    for (let index = 0; index < 100_000; index++) addOutcome(sums, 0, 1);
    expect(logBets(sums)).toBeLessThan(-1_000);
    expect(Number.isFinite(logBets(sums))).toBe(true);
  });
});

describe("a traffic split", () => {
  it.each([
    [[12, 80], [0.1, 0.9], -1.9976860470182305],
    [[300, 2500], [0.1, 0.9], -3.4458476751341673],
    [[40, 55, 71], [0.25, 0.25, 0.5], -1.3529951811050254],
  ])("%j where %j is meant is ln E = %d", (counts, shares, expected) => {
    expect(relative(logTrafficSplit(counts, shares), expected)).toBeLessThan(1e-12);
  });

  it("is certain of traffic where none was meant, and asks for a share for each count", () => {
    expect(logTrafficSplit([1, 5], [0, 1])).toBe(Number.POSITIVE_INFINITY);
    expect(logTrafficSplit([0, 5], [0, 1])).toBeLessThan(0);
    expect(() => logTrafficSplit([1], [1])).toThrow(RangeError);
  });
});

describe("two whole samples of latencies", () => {
  /** The definition itself: the least product over every x, however slowly. */
  const byDefinition = (baseline: readonly number[], canary: readonly number[], ratio: number) =>
    Math.min(
      ...[...baseline, ...canary.map((each) => each / ratio)].map(
        (x) =>
          logBernoulli(canary.filter((each) => each / ratio > x).length, canary.length, 0.05) +
          logBernoulli(baseline.filter((each) => each < x).length, baseline.length, 0.95),
      ),
    );
  const sample = (n: number, scale: number, step: number) =>
    Array.from({ length: n }, (_, index) => scale * (0.2 + ((index * step) % 97) / 97) ** 2);

  it("are compared by the least favourable bar", () => {
    for (const scale of [1, 1.3, 2.5]) {
      const [baseline, canary] = [sample(90, 1, 31), sample(110, scale, 17)];
      expect(logQuantileRatio(baseline, canary, 1.15)).toBeCloseTo(byDefinition(baseline, canary, 1.15), 12);
    }
    expect(logQuantileRatio(sample(400, 1, 31), sample(400, 2.5, 17), 1.15)).toBeGreaterThan(5);
  });

  it("count a failure as longer than anything", () => {
    const failing = sample(200, 1, 17).map((seconds, index) => (index % 5 === 0 ? Number.POSITIVE_INFINITY : seconds));
    expect(logQuantileRatio(sample(200, 1, 31), failing, 1.15)).toBeGreaterThan(3);
    expect(logQuantileRatio([], failing, 1.15)).toBeNaN();
  });
});

describe("logarithms", () => {
  it.each([
    [0.3, 1.0957979948180756],
    [14.99, 25.164481163825506],
    [123_456.7, 1_323_900.9753909183],
  ])("ln Γ(%d) = %d", (x, expected) => expect(relative(logGamma(x), expected)).toBeLessThan(1e-14));

  it("average evidence far outside of what a double holds", () => {
    expect(logMeanExp([-2_000, -2_000 + Math.log(3)])).toBeCloseTo(-2_000 + Math.log(2), 12);
    expect(logMeanExp([5_000, -5_000])).toBeCloseTo(5_000 - Math.log(2), 12);
    expect(logMeanExp([Number.NEGATIVE_INFINITY])).toBe(Number.NEGATIVE_INFINITY);
  });
});
