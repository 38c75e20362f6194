import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareRuns } from "#src/evaluation/compare/compare-runs";
import type { EvaluatedRun } from "#src/evaluation/compare/evaluated-run";
import type { Measure } from "#src/evaluation/compare/measures";
import { all, evaluatedCase, evaluatedRun, MARGINS, many, trial, unscored } from "#test/evaluation-compare/evaluated";

const run = (id: string, count: number, value: (index: number) => number, changes = {}) =>
  evaluatedRun(
    id,
    many(count, (index) => evaluatedCase(`c${index}`, [trial(all(value(index)))])),
    changes,
  );

function compared(baseline: EvaluatedRun, candidate: EvaluatedRun) {
  const found = compareRuns(baseline, candidate, MARGINS);
  if (!found.comparable) throw new Error(found.why.sentence);
  return found;
}

const of = (measure: Measure, found: ReturnType<typeof compared>) =>
  found.differences.find((each) => each.measure === measure);
const kinds = (found: ReturnType<typeof compared>) => found.caveats.map(({ kind }) => kind);

describe("a candidate against its baseline", () => {
  it("that answers every case as before passes when there are cases enough to prove it, and not before", () => {
    const same = (count: number) =>
      compared(
        run("a", count, () => 0.8),
        run("b", count, () => 0.8),
      );
    expect(same(600).verdict).toBe("pass");
    const few = same(60);
    expect(few).toMatchObject({ verdict: "inconclusive", caveats: [] });
    expect(of("f1", few)).toMatchObject({ standing: "unknown", shift: null });
  });

  it("that lost five cases in a hundred of every measure fails, and says which", () => {
    const found = compared(
      run("a", 400, () => 1),
      run("b", 400, (index) => (index % 20 === 0 ? 0 : 1)),
    );
    expect(found.verdict).toBe("fail");
    expect(of("f1", found)).toMatchObject({ n: 400, baseline: 1, candidate: 0.95, standing: "breach" });
    expect(of("faithfulness", found)).toMatchObject({ standing: null, shift: "worse" });
    expect(found.drops).toHaveLength(10);
    expect(found.drops[0]).toEqual({ id: "c0", measure: "f1", baseline: 1, candidate: 0 });
  });

  it("that hallucinates more is worse, though the number rises", () => {
    const made = (id: string, value: number) =>
      evaluatedRun(
        id,
        many(60, (index) => evaluatedCase(`c${index}`, [trial({ ...all(1), hallucination: value })])),
      );
    expect(of("hallucination", compared(made("a", 0.1), made("b", 0.6)))).toMatchObject({ shift: "worse" });
    expect(of("hallucination", compared(made("a", 0.6), made("b", 0.1)))).toMatchObject({ shift: "better" });
  });

  it("that is better is healthy, however much better", () => {
    const found = compared(
      run("a", 100, () => 0.2),
      run("b", 100, () => 0.9),
    );
    expect(found).toMatchObject({ verdict: "pass", drops: [] });
  });

  it("is slower when the p95 is, also through failures, and equal times prove nothing wrong", () => {
    const timed = (id: string, seconds: (index: number) => number, failed: (index: number) => boolean = () => false) =>
      evaluatedRun(
        id,
        many(400, (index) =>
          evaluatedCase(`c${index}`, [trial(all(1), { request: { seconds: seconds(index), failed: failed(index) } })]),
        ),
      );
    const usual = (index: number) => 1 + (index % 100) / 100;
    const base = timed("a", usual);
    expect(compared(base, timed("b", usual)).latency).toMatchObject({ ratio: 1, standing: "healthy" });
    expect(
      compared(
        base,
        timed("b", (index) => usual(index) * 1.3),
      ),
    ).toMatchObject({
      verdict: "fail",
      latency: { standing: "breach" },
    });
    const failing = compared(
      base,
      timed(
        "b",
        (index) => usual(index) / 2,
        (index) => index % 10 === 0,
      ),
    );
    expect(failing.latency).toMatchObject({ candidate: Number.POSITIVE_INFINITY, standing: "breach" });
  });

  it("gains nothing by retrieving more text than the baseline, and loses by retrieving less", () => {
    const retrieved = (id: string, characters: number, evidenceWithin: number | null) =>
      evaluatedRun(
        id,
        many(60, (index) => {
          const hit = { ...all(1), oracle_retrieval_hit_prefilter: evidenceWithin === null ? 0 : 1 };
          return evaluatedCase(`c${index}`, [trial(hit, { snapshot: { characters, evidenceWithin } })]);
        }),
      );
    const hit = (baseline: EvaluatedRun, candidate: EvaluatedRun) =>
      of("oracle_retrieval_hit_prefilter", compared(baseline, candidate));
    const base = retrieved("a", 1_000, null);
    expect(hit(base, retrieved("b", 9_000, 1_001))).toMatchObject({ baseline: 0, candidate: 0 });
    expect(hit(base, retrieved("b", 9_000, 1_000))).toMatchObject({ baseline: 0, candidate: 1 });
    expect(hit(retrieved("a", 1_000, 900), retrieved("b", 100, null))).toMatchObject({ baseline: 1, candidate: 0 });
  });

  it("is told by tag, where each case counts for every tag it has", () => {
    const tagged = (id: string, api: number) =>
      evaluatedRun(
        id,
        many(60, (index) =>
          evaluatedCase(`c${index}`, [trial({ f1: index < 30 ? api : 0.5 })], {
            tags: index < 30 ? ["api", "hard"] : index < 40 ? [] : ["billing", "billing"],
          }),
        ),
      );
    const { byTag } = compared(tagged("a", 1), tagged("b", 0));
    expect(byTag.map(({ tag, cases }) => [tag, cases])).toEqual([
      ["(no tag)", 10],
      ["api", 30],
      ["billing", 20],
      ["hard", 30],
    ]);
    expect(byTag[1]?.differences[0]).toMatchObject({ measure: "f1", difference: -1, standing: "breach" });
    expect(byTag[0]?.differences[0]?.interval).toBeNull();
  });
});

describe("what can't be compared", () => {
  it("is another evaluator epoch or another service: no number at all, and what to do", () => {
    const base = run("a", 60, () => 1);
    const other = { ...base.record.plan.epoch, id: "b".repeat(64) };
    const epoch = compareRuns(
      base,
      run("b", 60, () => 1, { plan: { epoch: other } }),
      MARGINS,
    );
    expect(epoch).toMatchObject({ comparable: false, why: { kind: "other-epoch" } });
    expect(epoch.comparable ? "" : epoch.why.sentence).toMatch(/aaaaaaaa.*bbbbbbbb.*golive eval baseline regrade/);
    expect(
      compareRuns(
        base,
        run("b", 60, () => 1, { plan: { service: "other" } }),
        MARGINS,
      ),
    ).toMatchObject({
      comparable: false,
      why: { kind: "other-service" },
    });
  });

  it("is a case that failed, is ungraded, was not asked, or is another question: none of them counts as 0", () => {
    const good = many(30, (index) => evaluatedCase(`ok${index}`, [trial(all(1))]));
    const baseline = evaluatedRun("a", [
      ...good,
      evaluatedCase("failed", [trial(all(1))]),
      evaluatedCase("ungraded", [trial(all(1))]),
      evaluatedCase("unasked", [unscored("ungraded")]),
      evaluatedCase("gone", [trial(all(1))]),
      evaluatedCase("reworded", [trial(all(1))]),
      evaluatedCase("corrected", [trial(all(1))]),
    ]);
    const candidate = evaluatedRun("b", [
      ...good,
      evaluatedCase("failed", [unscored("failed")]),
      evaluatedCase("ungraded", [unscored("ungraded")]),
      evaluatedCase("unasked", [unscored("unasked")]),
      evaluatedCase("new", [trial(all(0))]),
      evaluatedCase("reworded", [trial(all(0))], { question: "Something else?" }),
      evaluatedCase("corrected", [trial(all(0))], { answer: "It lasts eight days." }),
    ]);
    const found = compared(baseline, candidate);
    expect(of("f1", found)).toMatchObject({ n: 30, baseline: 1, candidate: 1 });
    expect(found.unpaired).toEqual([
      { id: "failed", arm: "candidate", why: "failed" },
      { id: "ungraded", arm: "candidate", why: "ungraded" },
      { id: "unasked", arm: "both", why: "unasked" },
      { id: "gone", arm: "candidate", why: "missing" },
      { id: "reworded", arm: "both", why: "other-question" },
      { id: "corrected", arm: "both", why: "other-gold" },
      { id: "new", arm: "baseline", why: "missing" },
    ]);
    expect(kinds(found)).toEqual(["candidate:missing", "missing-apart"]);
    expect(found.verdict).toBe("inconclusive");
  });

  it("is inconclusive, and in words: another gold file, a run that did not finish, too few pairs", () => {
    const base = run("a", 600, () => 1);
    const gold = { file: "new.jsonl", sha256: "c".repeat(64), cases: 600 };
    expect(
      kinds(
        compared(
          base,
          run("b", 600, () => 1, { plan: { gold } }),
        ),
      ),
    ).toEqual(["other-gold-file"]);
    const cancelled = run("b", 600, () => 1, { state: "cancelled", reason: "it took too long" });
    const found = compared(base, cancelled);
    expect(kinds(found)).toEqual(["candidate:not-finished"]);
    expect(found.caveats[0]?.sentence).toMatch(/b is cancelled \(it took too long\)/);
    const few = compared(
      run("a", 19, () => 1),
      run("b", 19, () => 0),
    );
    expect(few).toMatchObject({ verdict: "inconclusive", caveats: [{ kind: "too-few-pairs" }] });
  });

  it("holds where evidence could not be looked for: a measure that nobody measured is never healthy", () => {
    const blind = (id: string) =>
      evaluatedRun(
        id,
        many(600, (index) => {
          const { oracle_retrieval_hit_prefilter: _, ...rest } = all(1);
          return evaluatedCase(`c${index}`, [trial(rest)]);
        }),
      );
    const found = compared(blind("a"), blind("b"));
    expect(found.verdict).toBe("inconclusive");
    expect(found.caveats[0]?.sentence).toMatch(/oracle_retrieval_hit_prefilter 0/);
  });
});

describe("a case that was asked several times", () => {
  it("weighs as one: its repeats are averaged first, and what failed among them is left out", () => {
    const cases = many(30, (index) => evaluatedCase(`c${index}`, [trial(all(1))]));
    const often = evaluatedCase("c0", [trial(all(0)), trial(all(0.5)), unscored("failed")]);
    const found = compared(evaluatedRun("a", cases), evaluatedRun("b", [often, ...cases.slice(1)]));
    expect(of("f1", found)).toMatchObject({ n: 30, baseline: 1 });
    expect(of("f1", found)?.candidate).toBeCloseTo((29 + 0.25) / 30, 12);
    expect(found.unpaired).toEqual([]);
  });

  it("changes nothing by being asked again with the same result", () => {
    const value = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(value, value, fc.integer({ min: 1, max: 4 })), { minLength: 20, maxLength: 40 }),
        (list) => {
          const base = evaluatedRun(
            "a",
            list.map(([before], index) => evaluatedCase(`c${index}`, [trial({ f1: before })])),
          );
          const once = evaluatedRun(
            "b",
            list.map(([, after], index) => evaluatedCase(`c${index}`, [trial({ f1: after })])),
          );
          const again = evaluatedRun(
            "b",
            list.map(([, after, times], index) =>
              evaluatedCase(
                `c${index}`,
                many(times, () => trial({ f1: after })),
              ),
            ),
          );
          const [one, more] = [of("f1", compared(base, once)), of("f1", compared(base, again))];
          expect(more?.difference).toBeCloseTo(one?.difference ?? Number.NaN, 9);
          expect(more?.interval?.low).toBeCloseTo(one?.interval?.low ?? Number.NaN, 9);
        },
      ),
      { numRuns: 30 },
    );
  });
});
