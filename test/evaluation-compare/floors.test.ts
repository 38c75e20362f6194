import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { judgeFloors } from "#src/evaluation/compare/judge-floors";
import { measureRun } from "#src/evaluation/compare/measure-case";
import type { CaseRecord } from "#src/evaluation/run/case-record";
import { all, evaluatedCase, evaluatedRun, many, trial, unscored } from "#test/evaluation-compare/evaluated";
import { gold, noReply, reply, verdict } from "#test/evaluation-run/records";

const FLOORS = {
  precision_min: 0.2,
  recall_min: 0.45,
  f1_min: 0.22,
  latency_max: 30,
  faithfulness_min: 0.6,
  oracle_retrieval_hit_min: 0.85,
  reader_used_gold_min: 0.7,
};
const good = (count: number) => many(count, (index) => evaluatedCase(`c${index}`, [trial(all(0.9))]));
const judged = (...given: Parameters<typeof evaluatedRun> extends [string, ...infer Rest] ? Rest : never) =>
  judgeFloors(evaluatedRun("a", ...given), FLOORS);

describe("the floors of a run", () => {
  it("pass with the value, the bar and the number of cases that each rests on", () => {
    const report = judged([
      ...good(60),
      evaluatedCase("negative", [trial({ correct_refusal: 1 }, { outcome: "refusal" })], { answerable: false }),
    ]);
    expect(report).toMatchObject({ verdict: "pass", cases: 60, ungraded: 0 });
    expect(report.findings.map(({ floor, n, why }) => [floor, n, why])).toEqual([
      ["precision_min", 60, null],
      ["recall_min", 60, null],
      ["f1_min", 60, null],
      ["latency_max", 61, null],
      ["faithfulness_min", 60, null],
      ["oracle_retrieval_hit_min", 60, null],
      ["reader_used_gold_min", 60, null],
    ]);
  });

  it("fail where one is missed", () => {
    const report = judged(many(60, (index) => evaluatedCase(`c${index}`, [trial({ ...all(0.9), f1: 0.21 })])));
    expect(report.verdict).toBe("fail");
    expect(report.findings.filter((each) => each.verdict === "fail")).toMatchObject([{ floor: "f1_min", limit: 0.22 }]);
  });

  it("are inconclusive with too many cases that failed or are ungraded, however good the others are", () => {
    expect(judged([...good(57), ...many(3, (n) => evaluatedCase(`f${n}`, [unscored("failed")]))]).verdict).toBe("pass");
    const report = judged([
      ...good(56),
      ...many(2, (n) => evaluatedCase(`f${n}`, [unscored("failed")])),
      ...many(2, (n) => evaluatedCase(`u${n}`, [unscored("ungraded")])),
    ]);
    expect(report.verdict).toBe("inconclusive");
    expect(report.findings[0]?.why).toMatch(/4 of 60 answerable cases have no score; more than 5 % is too many/);
  });

  it("are inconclusive for a run that did not finish, and for too few cases", () => {
    expect(judged(good(60), { state: "cancelled", reason: "enough" }).findings[0]?.why).toMatch(/cancelled \(enough\)/);
    expect(judged(good(49)).findings[0]?.why).toMatch(/49 answerable cases have a score; at least 50/);
  });

  it("leave the retrieval open where nobody could look for evidence, or too little of it is there", () => {
    const unlabelled = (labelled: boolean | null, count: number) => [
      ...good(60 - count),
      ...many(count, (index) => ({ ...evaluatedCase(`u${index}`, [trial({ ...all(0.9) })]), labelled })),
    ];
    const hit = (cases: ReturnType<typeof unlabelled>) =>
      judged(cases).findings.find(({ floor }) => floor === "oracle_retrieval_hit_min");
    expect(hit(unlabelled(null, 60))).toMatchObject({ verdict: "inconclusive", why: expect.stringMatching(/read/) });
    expect(hit(unlabelled(false, 13))).toMatchObject({
      verdict: "inconclusive",
      why: expect.stringMatching(/47 of 60/),
    });
    expect(hit(unlabelled(false, 12))).toMatchObject({ verdict: "pass", why: null });
  });

  it("never pass by what is missing: losing scores only ever takes a pass away", () => {
    const outcome = fc.constantFrom("good" as const, "failed" as const, "ungraded" as const);
    fc.assert(
      fc.property(fc.array(outcome, { minLength: 50, maxLength: 80 }), (outcomes) => {
        const cases = outcomes.map((each, index) =>
          evaluatedCase(`c${index}`, [each === "good" ? trial(all(0.9)) : unscored(each)]),
        );
        const lost = outcomes.filter((each) => each !== "good").length;
        const { verdict } = judged(cases);
        if (verdict === "pass") expect(lost).toBeLessThanOrEqual(0.05 * outcomes.length);
        expect(verdict === "fail" && !outcomes.includes("failed")).toBe(false);
      }),
    );
  });
});

describe("what a case scored", () => {
  const record = evaluatedRun("a", []).record;
  async function* cases(...list: readonly Partial<CaseRecord>[]): AsyncGenerator<CaseRecord> {
    for (const [place, one] of list.entries()) {
      yield {
        run: "a",
        place,
        repeat: 0,
        gold: gold("c"),
        reply: reply("c lasts seven days."),
        verdict: verdict(),
        ...one,
      };
    }
  }
  const measured = async (list: readonly Partial<CaseRecord>[], labelled: ReadonlySet<string> | null = new Set("c")) =>
    (await measureRun(record, cases(...list), labelled)).cases;

  it("is the judge's metrics and what the oracles see in snapshot and context", async () => {
    const [one] = await measured([{}]);
    expect(one?.labelled).toBe(true);
    expect(one?.trials[0]).toMatchObject({
      outcome: "graded",
      request: { seconds: 0.0125, failed: false },
      snapshot: { characters: 19, evidenceWithin: 19 },
      values: {
        f1: 1,
        oracle_retrieval_hit_prefilter: 1,
        oracle_retrieval_hit_postfilter: 1,
        reader_used_gold: 1,
        abstention: 0,
      },
    });
  });

  it("is nothing at all for a failed one, and only what needs no judge for an ungraded one", async () => {
    const [one] = await measured([
      { reply: noReply("timeout"), verdict: verdict({ outcome: "failed", metrics: null, judgement: null }) },
      { repeat: 1, verdict: verdict({ outcome: "ungraded", metrics: null, judgement: null }) },
      { repeat: 2, reply: null, verdict: null },
    ]);
    expect(one?.trials.map(({ outcome, values, request }) => [outcome, values, request?.failed ?? null])).toEqual([
      ["failed", {}, true],
      ["ungraded", { oracle_retrieval_hit_prefilter: 1, oracle_retrieval_hit_postfilter: 1 }, false],
      ["unasked", {}, null],
    ]);
  });

  it("of a case whose evidence is in no document, or that nobody could label, has no retrieval in it", async () => {
    for (const labelled of [new Set<string>(), null]) {
      const [one] = await measured([{}], labelled);
      expect(one?.labelled).toBe(labelled === null ? null : false);
      expect(one?.trials[0]?.values.oracle_retrieval_hit_prefilter).toBeUndefined();
      expect(one?.trials[0]?.values.f1).toBe(1);
    }
  });

  it("of a question without an answer is whether it was refused, and nothing else", async () => {
    const negative = { gold: gold("n", { answerable: false, answer: "" }) };
    const refusal = verdict({ outcome: "refusal", refused: true, metrics: null, judgement: null, claims: null });
    const found = await measured([
      { ...negative, verdict: refusal },
      { ...negative, repeat: 1, verdict: { ...refusal, refused: false } },
    ]);
    expect(found[0]?.trials.map(({ values }) => values)).toEqual([{ correct_refusal: 1 }, { correct_refusal: 0 }]);
  });
});
