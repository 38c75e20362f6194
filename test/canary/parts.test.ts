import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runCanary } from "#src/canary/canary-run";
import { newCanary } from "#src/canary/canary-state";
import { dataHours, enterBucket, hear, LATENESS_MS, newClock } from "#src/canary/clock";
import { closeBucket } from "#src/canary/close-bucket";
import { DEFAULT_POLICY } from "#src/canary/default-policy";
import { detectableEffect, pairsToProve } from "#src/canary/detectable";
import { logOverStarts, newEvidence } from "#src/canary/evidence";
import { createFingerprints } from "#src/canary/fingerprints";
import { parseInstant } from "#src/canary/instant";
import { addLatency, latencyQuantile, newSketch } from "#src/canary/latency-sketch";
import { addMeanPair, logMeanBreach, newMean } from "#src/canary/mean-test";
import type { Observation } from "#src/canary/observation";
import { inOrder, pairArms } from "#src/canary/pair-arms";
import { questionLedger } from "#src/canary/question-ledger";
import { SILENT } from "#test/canary/silent";

describe("times", () => {
  it("are read as JavaScript reads them", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), (at) => {
        const text = new Date(at).toISOString();
        expect(parseInstant(text)).toBe(at);
        expect(parseInstant(text.replace("Z", "+00:00"))).toBe(at);
      }),
    );
  });

  it.each([
    ["2026-03-29T02:30:00+01:00", "2026-03-29T01:30:00Z"],
    ["2026-03-29T03:30:00+0200", "2026-03-29T01:30:00Z"],
    ["2026-03-28T20:00:00.5-05:30", "2026-03-29T01:30:00.5Z"],
    ["2026-03-29 01:30", "2026-03-29T01:30:00Z"],
    ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"],
  ])("%s is %s", (text, utc) => expect(parseInstant(text)).toBe(Date.parse(utc)));

  it("keep microseconds, and are nothing else than times", () => {
    expect(parseInstant("2026-03-29T01:30:00.000250Z")).toBe(Date.parse("2026-03-29T01:30:00Z") + 0.25);
    for (const text of [
      "",
      "2026",
      "2026-03-29",
      "2026-02-29T00:00:00.000Z",
      "2026-13-01T00:00:00.000Z",
      "2026-03-29T24:00:00.000Z",
      "2026-03-29T01:30:00+25:00",
      "1774747800",
    ])
      expect(parseInstant(text), text).toBeNull();
  });
});

describe("evidence over the starts", () => {
  it("averages the evidence from each start on, and counts those not reached as 1", () => {
    const kpi = {
      id: "f1",
      kind: "bounded-mean",
      of: "f1",
      threshold: 0,
      tolerance: 0.02,
      weight: 1,
      atEnd: "proven",
      onBreach: "rollback",
      owner: null,
    } as const;
    const pairs = [
      [0, 0.6, 0.6],
      [0, 0.7, 0.2],
      [1, 0.5, 0.3],
      [1, 0.9, 0.4],
      [2, 0.4, 0.8],
    ] as const;
    const evidence = newMean(kpi);
    for (const [segment, b, c] of pairs) addMeanPair(evidence, kpi, segment, b, c);
    const stakes = Array.from({ length: 16 }, (_, g) => 0.01 * 90 ** (g / 15));
    const since = (start: number) =>
      stakes.reduce(
        (sum, stake) =>
          sum + pairs.filter(([s]) => s >= start).reduce((product, [, b, c]) => product * (1 - stake * (c - b)), 1),
        0,
      ) / 16;
    expect(logMeanBreach(evidence, kpi)).toBeCloseTo(Math.log((since(0) + since(1) + since(2) + 5) / 8), 13);
  });

  it("is none before anything was seen", () => {
    expect(logOverStarts(newEvidence(16, 0).breach, () => 0)).toBeCloseTo(0, 15);
  });
});

describe("the p95 of a stream", () => {
  it("is exact for times that are rounded to a hundredth, failures included", () => {
    fc.assert(
      fc.property(
        fc.array(fc.option(fc.integer({ min: 1, max: 3_000 }), { nil: null }), { minLength: 1, maxLength: 300 }),
        (times) => {
          const seconds = times.map((time) => (time === null ? Number.POSITIVE_INFINITY : time / 100));
          const sketch = newSketch();
          for (const each of seconds) addLatency(sketch, each);
          const sorted = seconds.toSorted((a, b) => (a < b ? -1 : 1));
          expect(latencyQuantile(sketch, 0.95)).toBe(sorted[Math.ceil(0.95 * sorted.length) - 1]);
        },
      ),
    );
  });

  it("is within 0.05 % for any, in memory that has an end, and nothing for nothing", () => {
    const sketch = newSketch();
    const values = Array.from({ length: 50_000 }, (_, index) => Math.exp(((index * 7_919) % 50_000) / 10_000 - 2));
    for (const value of values) addLatency(sketch, value);
    const exact = values.toSorted((a, b) => a - b)[47_499] ?? 0;
    expect(Math.abs((latencyQuantile(sketch, 0.95) ?? 0) / exact - 1)).toBeLessThan(0.0005);
    expect(sketch.bins.length).toBeLessThan(15_000);
    expect(latencyQuantile(newSketch(), 0.95)).toBeNull();
  });
});

describe("what a canary can see", () => {
  it("is the formula of the smallest detectable effect", () => {
    // σ = 0.18, n = 1,200, w α = 0.0125, and two outcomes at the ends: 0.18… (√(2(ln 80 + 2.5 + ln 8)) + .84) / √1200.
    const sumSquares = 1_200 * 0.18 ** 2;
    const sd = Math.sqrt((sumSquares + 2) / 1_200);
    expect(detectableEffect({ n: 1_200, sumSquares, range: 2 }, 0.25, 0.05)).toBeCloseTo(
      (sd * 5.073549) / Math.sqrt(1_200),
      5,
    );
    expect(detectableEffect({ n: 1, sumSquares: 0, range: 2 }, 0.25, 0.05)).toBeNull();
  });

  it("is not infinitely sharp only because fifty pairs are equal", () => {
    expect(detectableEffect({ n: 50, sumSquares: 0, range: 2 }, 0.25, 0.05)).toBeGreaterThan(0.1);
  });

  it("takes some 1,400 pairs to prove two points, and some 220 to prove five", () => {
    expect(pairsToProve(0.02, 0.05)).toBe(1_399);
    expect(pairsToProve(0.05, 0.05)).toBe(224);
  });
});

describe("the clock", () => {
  it("counts an hour when both arms were heard in it, whichever quarter they came in", () => {
    const clock = newClock();
    const hours: number[] = [];
    for (let bucket = 1_000; bucket < 1_016; bucket++) {
      hours.push(enterBucket(clock, bucket));
      if (bucket % 4 === 1) hear(clock, "baseline");
      // The second hour is without the candidate.
      if (bucket % 4 === 2 && bucket !== 1_006) hear(clock, "canary");
    }
    expect(hours).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2]);
    expect(dataHours(clock)).toBe(3);
  });
});

describe("a live canary", () => {
  const at = (minutes: number, arm: "baseline" | "canary", queryId: string): Observation => ({
    ...SILENT,
    at: minutes * 60_000,
    arm,
    queryId,
    traceId: `${arm}-${queryId}-${minutes}`,
    scores: { f1: 0.5 },
  });

  it("waits two minutes for who is late, then closes, and counts who comes after that", () => {
    const run = runCanary(DEFAULT_POLICY, newCanary(DEFAULT_POLICY), questionLedger(), LATENESS_MS);
    run.add(at(3, "baseline", "a"));
    run.add(at(16.9, "baseline", "b"));
    run.add(at(14, "canary", "a"));
    expect(run.state.closed).toBeNull();
    run.add(at(17, "canary", "b"));
    expect(run.state.closed).toBe(0);
    expect(run.state.evidence.f1?.n).toBe(1);
    run.add(at(14, "canary", "c"));
    expect(run.state.counts.canary.late).toBe(1);
    run.end();
    expect(run.state.evidence.f1?.n).toBe(2);
  });

  it("closes a bucket once", () => {
    const state = newCanary(DEFAULT_POLICY);
    closeBucket(DEFAULT_POLICY, state, questionLedger(), 5, []);
    expect(() => closeBucket(DEFAULT_POLICY, state, questionLedger(), 5, [])).toThrow(RangeError);
    expect(() => closeBucket(DEFAULT_POLICY, state, questionLedger(), 4, [])).toThrow(RangeError);
  });

  it("goes on from stored state and stored questions as if it had not stopped", () => {
    const buckets = Array.from({ length: 12 }, (_, bucket) =>
      Array.from({ length: 9 }, (_, index) =>
        (["baseline", "canary"] as const).map((arm): Observation => {
          const value = ((index * 37 + bucket * 11 + arm.length) % 10) / 10;
          return {
            ...at(15 * bucket + index, arm, `q-${(bucket * 9 + index) % 60}`),
            scores: { f1: value, precision: value },
            latency: 1 + value,
            breadth: 20 + index,
          };
        }),
      ).flat(),
    );
    const [whole, questions] = [newCanary(DEFAULT_POLICY), questionLedger()];
    for (const [bucket, observations] of buckets.entries())
      closeBucket(DEFAULT_POLICY, whole, questions, bucket, observations);
    let [stored, entries] = [JSON.stringify(newCanary(DEFAULT_POLICY)), "[]"];
    for (const [bucket, observations] of buckets.entries()) {
      const [state, ledger] = [JSON.parse(stored), questionLedger(JSON.parse(entries))];
      closeBucket(DEFAULT_POLICY, state, ledger, bucket, observations);
      [stored, entries] = [JSON.stringify(state), JSON.stringify(ledger.entries())];
    }
    expect(JSON.parse(stored)).toEqual(whole);
    expect(whole.evidence.f1?.n).toBe(60);
  });
});

describe("pairs", () => {
  const one = (
    arm: "baseline" | "canary",
    minute: number,
    traceId: string,
    queryId: string | null = "q",
  ): Observation => ({ ...SILENT, at: minute * 60_000, arm, traceId, queryId, scores: { f1: 0.5 } });
  const named = (observations: readonly Observation[]) =>
    pairArms([], inOrder(observations)).pairs.map(({ baseline, canary }) => `${baseline.traceId}+${canary.traceId}`);

  it("are made by time and only then by trace id, first in, first out, of one question", () => {
    expect(
      named([one("baseline", 2, "a"), one("baseline", 1, "z"), one("canary", 4, "c"), one("canary", 3, "y")]),
    ).toEqual(["z+y", "a+c"]);
    expect(named([one("baseline", 1, "b"), one("baseline", 1, "a"), one("canary", 1, "c")])).toEqual(["a+c"]);
    expect(
      named([
        one("canary", 1, "c", "p"),
        one("baseline", 2, "b", "q"),
        one("baseline", 3, "n", null),
        one("canary", 4, "m", null),
      ]),
    ).toEqual(["n+m"]);
  });

  it("are not made over a gap: who waited a bucket for a partner is gone", () => {
    for (const [bucket, n] of [
      [1, 1],
      [2, 0],
    ] as const) {
      const [state, questions] = [newCanary(DEFAULT_POLICY), questionLedger()];
      closeBucket(DEFAULT_POLICY, state, questions, 0, [one("baseline", 1, "b")]);
      closeBucket(DEFAULT_POLICY, state, questions, bucket, [one("canary", 15 * bucket + 1, "c")]);
      expect(state.evidence.f1?.n).toBe(n);
      expect(state.counts.baseline.unpaired).toBe(1 - n);
    }
  });
});

describe("fingerprints", () => {
  it("know what was marked, with what, among 100,000 texts that are nearly alike", () => {
    const known = createFingerprints();
    for (let index = 0; index < 100_000; index++) expect(known.mark(`trace-${index}`, 1 << (index % 20))).toBe(0);
    expect(known.size).toBe(100_000);
    expect(known.mark("trace-77", 1)).toBe(1 << 17);
    expect(known.mark("trace-77", 0)).toBe((1 << 17) | 1);
    expect(known.mark("trace-100000", 0)).toBe(0);
    expect(known.mark("", 4)).toBe(0);
    expect(known.mark("", 0)).toBe(4);
  });
});
