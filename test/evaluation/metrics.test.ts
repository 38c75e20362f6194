import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createAggregate, groupMetrics } from "#src/evaluation/metrics/aggregate";
import { type Judgement, LABELS } from "#src/evaluation/metrics/labels";
import { createMacroMean } from "#src/evaluation/metrics/macro-mean";
import { METRICS } from "#src/evaluation/metrics/metric-names";
import { metricValues, scoreJudgement } from "#src/evaluation/metrics/score-judgement";
import { anyJudgement, judgement } from "#test/evaluation/judgements";

const score = (of: Judgement) => metricValues(scoreJudgement(of));
const ZERO = Object.fromEntries(METRICS.map((metric) => [metric, 0]));

/** A metric that has to be there. */
function figure(values: ReturnType<typeof score>, metric: (typeof METRICS)[number]): number {
  const value = values[metric];
  if (value === undefined) throw new Error(`no ${metric}`);
  return value;
}

describe("the eleven metrics", () => {
  it("of a result worked out by hand", () => {
    // Claims: right and supported; wrong, supported by the relevant document; wrong, by the irrelevant one only; right, unsupported.
    expect(score(judgement("ENCE", "EENN", "EN EE NE NN", "EN EN NN NN"))).toEqual({
      precision: 1 / 2,
      recall: 1 / 2,
      f1: 1 / 2,
      claim_recall: 1 / 2,
      context_precision: 1 / 2,
      context_utilization: 1,
      noise_sensitivity_in_relevant: 1 / 4,
      noise_sensitivity_in_irrelevant: 1 / 4,
      hallucination: 0,
      self_knowledge: 1 / 4,
      faithfulness: 3 / 4,
    });
  });

  it("count a claim in the relevant documents or in the irrelevant ones, never in both", () => {
    const values = score(judgement("N", "E", "EE", "EN"));
    expect(values).toMatchObject({ noise_sensitivity_in_relevant: 1, noise_sensitivity_in_irrelevant: 0 });
  });

  it("divide utilization by what was recalled, not by all claims", () => {
    expect(score(judgement("E", "EN", "E", "E N")).context_utilization).toBe(1);
    expect(score(judgement("E", "NE", "E", "E N")).context_utilization).toBe(0);
  });

  it("take a contradiction for no support at all", () => {
    expect(score(judgement("C", "C", "C", "C"))).toEqual({ ...ZERO, hallucination: 1 });
  });
});

describe("where something is empty", () => {
  it.each<[string, Judgement, Record<string, number>]>([
    ["nothing at all: all 0", judgement("", "", "", ""), {}],
    [
      "an answer without claims: nothing of it counts",
      judgement("", "NN", "", "E N"),
      { claim_recall: 0.5, context_precision: 1 },
    ],
    [
      "no gold claims: precision stands, both noise metrics are 0",
      judgement("EN", "", "EE EE", ""),
      { precision: 0.5, faithfulness: 1 },
    ],
    [
      "no gold claims and no support: hallucination and self-knowledge still count",
      judgement("EN", "", "NN NN", ""),
      { precision: 0.5, hallucination: 0.5, self_knowledge: 0.5 },
    ],
    [
      "no documents (`[[],[]]`): faithfulness, hallucination, self-knowledge and noise are 0",
      judgement("EN", "EN", "- -", "- -"),
      { precision: 0.5, recall: 0.5, f1: 0.5 },
    ],
    ["no labels in one row for each of several claims", judgement("NNN", "E", "- - -", "-"), { recall: 1 }],
    [
      "nothing recalled: utilization is 0",
      judgement("E", "E", "N", "N"),
      { precision: 1, recall: 1, f1: 1, self_knowledge: 1 },
    ],
  ])("%s", (_, given, expected) => {
    expect(score(given)).toEqual({ ...ZERO, ...expected });
  });

  it("f1 is 0 when precision or recall is", () => {
    expect(score(judgement("N", "E", "N", "N")).f1).toBe(0);
    expect(score(judgement("E", "N", "N", "N")).f1).toBe(0);
  });

  it("a check that was not made leaves its metrics out, and only those", () => {
    const full = judgement("EN", "EN", "E N", "E N");
    expect(Object.keys(score({ ...full, retrieved2answer: null, retrieved2response: null }))).toEqual([
      "precision",
      "recall",
      "f1",
    ]);
    const withoutClaims = score({ ...full, answer2response: null, retrieved2response: null });
    expect(Object.keys(withoutClaims).sort()).toEqual([
      "claim_recall",
      "context_precision",
      "context_utilization",
      "recall",
    ]);
    expect(
      score({ answer2response: null, response2answer: null, retrieved2response: null, retrieved2answer: null }),
    ).toEqual({});
  });
});

describe("for any labels", () => {
  it("every metric is there, from 0 to 1, and never NaN", () => {
    fc.assert(
      fc.property(anyJudgement(0), (given) => {
        const values = score(given);
        for (const metric of METRICS) {
          expect(figure(values, metric)).toBeGreaterThanOrEqual(0);
          expect(figure(values, metric)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it("where nothing is empty, what is not precise is noise or hallucination, and what is not faithful is hallucination or self-knowledge", () => {
    fc.assert(
      fc.property(anyJudgement(1), (given) => {
        const of = (metric: (typeof METRICS)[number]) => figure(score(given), metric);
        const noise = of("noise_sensitivity_in_relevant") + of("noise_sensitivity_in_irrelevant");
        expect(1 - of("precision")).toBeCloseTo(noise + of("hallucination"), 12);
        expect(1 - of("faithfulness")).toBeCloseTo(of("hallucination") + of("self_knowledge"), 12);
      }),
    );
  });

  it("the order of documents changes nothing", () => {
    fc.assert(
      fc.property(anyJudgement(0), (given) => {
        const turned = {
          ...given,
          retrieved2response: (given.retrieved2response ?? []).map((row) => row.toReversed()),
          retrieved2answer: (given.retrieved2answer ?? []).map((row) => row.toReversed()),
        };
        expect(score(turned)).toEqual(score(given));
      }),
    );
  });

  it("Neutral and Contradiction are worth the same", () => {
    fc.assert(
      fc.property(anyJudgement(0), (given) => {
        const text = JSON.stringify(given);
        const neutral: Judgement = JSON.parse(text.replaceAll(LABELS[2], LABELS[1]));
        expect(score(neutral)).toEqual(score(given));
      }),
    );
  });

  it("one more document never lowers claim recall or faithfulness", () => {
    fc.assert(
      fc.property(anyJudgement(1), fc.constantFrom(...LABELS), (given, label) => {
        const wider = {
          ...given,
          retrieved2response: (given.retrieved2response ?? []).map((row) => [...row, label]),
          retrieved2answer: (given.retrieved2answer ?? []).map((row) => [...row, label]),
        };
        for (const metric of ["claim_recall", "faithfulness"] as const) {
          expect(figure(score(wider), metric)).toBeGreaterThanOrEqual(figure(score(given), metric));
        }
      }),
    );
  });
});

describe("the mean over results", () => {
  const percentOf = (...shares: readonly (readonly [hits: number, of: number])[]) => {
    const mean = createMacroMean();
    for (const [hits, of] of shares) mean.add({ hits, total: of });
    return mean.percent();
  };

  it("is nothing without results, and 0 for results without anything to count", () => {
    expect(percentOf()).toBeNull();
    expect(percentOf([0, 0], [0, 0])).toBe(0);
  });

  it("weighs each result the same, whatever its number of claims", () => {
    expect(percentOf([1, 1], [0, 99])).toBe(50);
  });

  it("rounds ties to the even tenth", () => {
    expect([percentOf([1, 16]), percentOf([3, 16])]).toEqual([6.2, 18.8]);
  });

  it.each([
    [23, 80, 28.8],
    [1, 80, 1.2],
    [3, 80, 3.8],
    [201, 400, 50.2],
    [9, 2000, 0.4],
    [1999, 2000, 100],
  ])("decides %i/%i on the fraction, not on its binary neighbour", (hits, of, percent) => {
    expect(percentOf([hits, of])).toBe(percent);
  });

  it("sees a tie that is made of shares that no binary number holds", () => {
    const nothing = Array.from({ length: 14 }, () => [0, 7] as const);
    expect(percentOf([1, 3], [2, 3], ...nothing)).toBe(6.2);
    expect(percentOf([1, 3], [2, 3], ...nothing.slice(2), [1, 1], [1, 1])).toBe(18.8);
  });

  it("agrees with exact arithmetic for any shares", () => {
    const share = fc
      .integer({ min: 1, max: 40 })
      .chain((of) => fc.tuple(fc.integer({ min: 0, max: of }), fc.constant(of)));
    fc.assert(
      fc.property(fc.array(share, { minLength: 1, maxLength: 12 }), (shares) => {
        const common = shares.reduce((product, [, of]) => product * BigInt(of), 1n);
        const total = shares.reduce((sum, [hits, of]) => sum + (BigInt(hits) * common) / BigInt(of), 0n);
        const divisor = common * BigInt(shares.length);
        const floor = (total * 1000n) / divisor;
        const rest = 2n * (total * 1000n - floor * divisor);
        const up = rest > divisor || (rest === divisor && floor % 2n === 1n);
        expect(percentOf(...shares)).toBe(Number(up ? floor + 1n : floor) / 10);
      }),
      { numRuns: 1_000 },
    );
  });

  it("does not depend on the order of results", () => {
    const share = fc
      .integer({ min: 1, max: 40 })
      .chain((of) => fc.record({ hits: fc.integer({ min: 0, max: of }), total: fc.constant(of) }));
    fc.assert(
      fc.property(fc.array(share, { minLength: 1, maxLength: 30 }), (shares) => {
        const [one, other] = [createMacroMean(), createMacroMean()];
        for (const each of shares) one.add(each);
        for (const each of shares.toReversed()) other.add(each);
        expect(one.value()).toBe(other.value());
      }),
    );
  });

  it("takes f1 as the mean of the f1s, and each metric over the results that have it", () => {
    const aggregate = createAggregate();
    aggregate.add(scoreJudgement(judgement("E", "E", "E", "E")));
    aggregate.add(scoreJudgement(judgement("N", "E", "E", "E")));
    aggregate.add(scoreJudgement({ ...judgement("E", "E", "E", "E"), retrieved2answer: null }));
    const means = aggregate.means();
    expect(means.find((mean) => mean.metric === "f1")).toMatchObject({ group: "overall", results: 3, percent: 66.7 });
    expect(means.find((mean) => mean.metric === "claim_recall")).toMatchObject({
      group: "retriever",
      results: 2,
      mean: 1,
    });
    expect(groupMetrics(means).generator).toMatchObject({ faithfulness: 100, hallucination: 0 });
    expect(groupMetrics(createAggregate().means())).toEqual({ overall: {}, retriever: {}, generator: {} });
  });
});
