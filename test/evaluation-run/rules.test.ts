import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { timeSpan } from "#src/cli/time-span";
import { caseOracle } from "#src/evaluation/run/case-oracle";
import type { CaseRecord, CaseVerdict, Reply } from "#src/evaluation/run/case-record";
import { estimateRun, secondsLeft } from "#src/evaluation/run/estimate-run";
import { addTrial, doneOf, endOf, isHopeless, newTally } from "#src/evaluation/run/run-tally";
import { summarizeRun } from "#src/evaluation/run/summarize-run";
import { traceBars } from "#src/evaluation/run/trace-figures";
import { gold, noReply, plan, reply, verdict } from "#test/evaluation-run/records";

const lost = (outcome: "ungraded" | "failed", code: string): CaseVerdict =>
  verdict({ outcome, reason: { code, sentence: "It went wrong." }, claims: null, judgement: null, metrics: null });

type Step = readonly [Reply, CaseVerdict];
const GRADED: Step = [reply("yes"), verdict()];
const UNGRADED: Step = [reply("yes"), lost("ungraded", "throttled")];
const FAILED: Step = [noReply("unreachable"), lost("failed", "unreachable")];
const tallyOf = (planned: number, steps: readonly Step[]) =>
  steps.reduce((tally, [said, judged]) => addTrial(tally, said, judged), newTally(planned));
const times = (count: number, step: Step): Step[] => Array.from({ length: count }, () => step);

describe("how a run ends", () => {
  it("is finished with exactly a fifth without a score, and inconclusive with one more", () => {
    expect(endOf(tallyOf(10, [...times(8, GRADED), UNGRADED, FAILED])).state).toBe("finished");
    const { state, reason } = endOf(tallyOf(10, [...times(7, GRADED), UNGRADED, ...times(2, FAILED)]));
    expect(state).toBe("inconclusive");
    expect(reason).toMatch(/^3 of 10 trials have no score \(2 × unreachable, 1 × throttled\)/);
  });

  it("is inconclusive when an answer doesn't show how it was made", () => {
    const [said, judged] = GRADED;
    const hidden: Step = [{ ...said, unshown: ["temperature:not-shown"] }, judged];
    expect(endOf(tallyOf(2, [GRADED, hidden]))).toMatchObject({
      state: "inconclusive",
      reason: expect.stringContaining("1 × temperature:not-shown"),
    });
  });

  it("is decided by what is lost alone: no order and no further trial brings a hopeless run back", () => {
    const step = fc.constantFrom(GRADED, UNGRADED, FAILED);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.integer({ min: 1, max: 40 }), (steps, more) => {
        const planned = steps.length + more;
        const before = tallyOf(planned, steps);
        const after = tallyOf(planned, [...steps, ...times(more, GRADED)]);
        expect(isHopeless(after.counts)).toBe(isHopeless(before.counts));
        expect(tallyOf(planned, [...steps].reverse()).counts).toEqual(before.counts);
        expect(doneOf(before.counts)).toBe(steps.length);
      }),
    );
  });
});

describe("an estimate", () => {
  const limits = { perSecond: 0.12, maxInFlight: 1, callsPerAnswer: 1 };
  const trials = (count: number, answerable = true) =>
    Array.from({ length: count }, (_, index) => ({ gold: gold(`c${index}`, { answerable }), repeat: 0 }));
  const { epoch } = plan([]);

  it("counts an answer and, jointly, four requests to the judge for a case, against the rate", () => {
    const estimate = estimateRun(trials(130), epoch, limits, null);
    expect(estimate).toEqual({
      trials: 130,
      answerCalls: 130,
      judgeCalls: 130 * 4,
      seconds: (130 * 5) / 0.12,
      dollars: null,
    });
    expect(timeSpan(estimate.seconds)).toBe("1 h 30 min");
  });

  it("counts nothing for the judge of a negative, and a request for each label when they are checked alone", () => {
    expect(estimateRun(trials(5, false), epoch, limits, null)).toMatchObject({ answerCalls: 5, judgeCalls: 0 });
    expect(estimateRun(trials(1), { labelsPerRequest: 1, checking: "separate" }, limits, null).judgeCalls).toBe(
      2 + 2 * 4 * 6,
    );
  });

  it("is bounded by the calls under way where the rate allows more, and has a price where one is known", () => {
    const estimate = estimateRun(trials(10), epoch, { ...limits, perSecond: 100 }, { input: 3, output: 15 });
    expect(estimate.seconds).toBe((10 + 40) * 4);
    expect(estimate.dollars).toBeCloseTo((40 * (1_500 * 3 + 200 * 15)) / 1e6);
  });

  it("of what is left rests on the trials that this process did itself", () => {
    expect(secondsLeft({ planned: 10, doneBefore: 4, done: 4, elapsedSeconds: 3 })).toBeNull();
    expect(secondsLeft({ planned: 10, doneBefore: 4, done: 6, elapsedSeconds: 20 })).toBe(40);
  });

  it.each([
    [0.2, "1 s"],
    [89, "89 s"],
    [90, "2 min"],
    [3_599, "1 h"],
    [4_320, "1 h 12 min"],
  ])("of %d s is said as %s", (seconds, said) => {
    expect(timeSpan(seconds)).toBe(said);
  });
});

describe("the summary of a run", () => {
  async function* stream(cases: readonly CaseRecord[]): AsyncGenerator<CaseRecord> {
    yield* cases;
  }
  const trial = (id: string, [said, judged]: Step, changes: Partial<CaseRecord> = {}): CaseRecord => ({
    run: "ev",
    place: 0,
    repeat: 0,
    gold: gold(id),
    reply: said,
    verdict: judged,
    ...changes,
  });

  it("averages graded answers alone: failed and ungraded ones lower no mean", async () => {
    const good = await summarizeRun(stream([trial("a", GRADED)]), "run-2");
    const mixed = await summarizeRun(stream([trial("a", GRADED), trial("b", UNGRADED), trial("c", FAILED)]), "run-2");
    expect(mixed.means).toEqual(good.means);
    expect(mixed).toMatchObject({ answerable: 3, graded: 1 });
    expect(mixed.unscored.map(({ caseId, reason }) => [caseId, reason.code])).toEqual([
      ["b", "throttled"],
      ["c", "unreachable"],
    ]);
    expect(mixed.latency).toMatchObject({ requests: 3, p95: Number.POSITIVE_INFINITY });
  });

  it("keeps repeats out of the means and measures how far they agree", async () => {
    const again = (f1: number, words = "yes"): Partial<CaseRecord> => ({
      repeat: 1,
      reply: reply(words),
      verdict: verdict({ metrics: { precision: 1, recall: 1, f1 } }),
    });
    const cases = [
      trial("a", GRADED),
      trial("b", GRADED),
      trial("a", GRADED, again(0.5)),
      trial("b", GRADED, again(1, "no")),
    ];
    const { means, repeatability, latency } = await summarizeRun(stream(cases), "run-2");
    expect(means.every(({ results }) => results === 2)).toBe(true);
    expect(latency.requests).toBe(2);
    expect(repeatability).toMatchObject({ cases: 2, identical: 0.5, spreads: null, judge: null });
  });

  const QUARTERS = { precision: 1, recall: 1, faithfulness: 1 };
  const graded = (f1: number, second: number | null = null) =>
    verdict({ metrics: { ...QUARTERS, f1 }, second: second === null ? null : { ...QUARTERS, f1: second } });

  it("tells the judge's own spread from that of the answers: only the same answer judged again counts for it", async () => {
    const cases = [
      trial("same", [reply("yes"), graded(1)]),
      trial("same", [reply("yes"), graded(0.5)], { repeat: 1 }),
      trial("other", [reply("yes"), graded(1)]),
      trial("other", [reply("no"), graded(0)], { repeat: 1 }),
      trial("second", [reply("yes"), graded(1)]),
      trial("second", [reply("no"), graded(1, 1)], { repeat: 1 }),
    ];
    const { repeatability } = await summarizeRun(stream(cases), "run-2");
    expect(repeatability).toMatchObject({ cases: 3, identical: 1 / 3 });
    expect(repeatability?.spreads?.f1).toEqual({ mean: 0.5, largest: 1 });
    expect(repeatability?.judge).toMatchObject({ answers: 2, same: 0.5 });
    expect(repeatability?.judge?.spreads.f1).toEqual({ mean: 0.25, largest: 0.5 });
  });

  it("adds up what the judge took, repeats and wrong answers included", async () => {
    const cases = [trial("a", GRADED), trial("b", UNGRADED), trial("a", GRADED, { repeat: 1 })];
    const { spent } = await summarizeRun(stream(cases), "run-2");
    const each = verdict().spent;
    expect(spent).toEqual({
      requests: 3 * each.requests,
      inputTokens: 3 * each.inputTokens,
      outputTokens: 3 * each.outputTokens,
    });
  });

  it("holds the traces to their bars: budget, prefix, breadth, tools, and with what they were made", async () => {
    const bars = { contextBudget: 10, prefix: /^Document: / };
    const base = reply("yes");
    if (base.answer === null) throw new Error("the fixture has no answer");
    const { snapshot } = base.answer;
    const leaking = {
      ...base.answer,
      snapshot: snapshot.map((chunk) => ({ ...chunk, bm25_text: `Document: a ${chunk.bm25_text}` })),
      context: base.answer.context.map((chunk) => ({ ...chunk, tokens: 11 })),
    };
    const good = Array.from({ length: 20 }, (_, at) => trial(`c${at}`, GRADED));
    const seen = await summarizeRun(stream(good), "run-2", { bars });
    expect(seen.traces?.quality).toMatchObject({
      budgetViolations: { verdict: "pass", value: 0 },
      prefixLeakage: { verdict: "pass", value: 0 },
      breadth: { verdict: "fail", sentence: expect.stringMatching(/something clamps them silently/) },
    });
    expect(seen.traces?.tools).toMatchObject({ verdict: "inconclusive", calls: 0 });
    const bad = await summarizeRun(stream([trial("a", [{ ...base, answer: leaking }, verdict()])]), "run-2", { bars });
    expect(bad.traces?.quality).toMatchObject({
      budgetViolations: { verdict: "fail", value: 1 },
      prefixLeakage: { verdict: "fail" },
    });
    expect((await summarizeRun(stream(good), "run-2")).traces).toBeNull();
  });

  it.each([
    ["^Document: ", ["Document: a", " Document: a"], ["a Document: b"]],
    ["Dokument\\.: ", ["Dokument.: a"], ["Dokumentx: a"]],
    ["^(Doc|Page): ", ["Doc: a", "Page: a"], ["A Doc: b"]],
  ])("reads the ingestion prefix %s as the gate does", (pattern, leaks, clean) => {
    const { prefix } = traceBars({ context_budget_tokens: 1, prefix: { pattern } });
    expect(leaks.map((text) => prefix?.test(text))).toEqual(leaks.map(() => true));
    expect(clean.map((text) => prefix?.test(text))).toEqual(clean.map(() => false));
  });

  it("looks for no prefix whose expression means something else here", () => {
    expect(traceBars({ context_budget_tokens: 1, prefix: { pattern: "(?q)Doc" } }).prefix).toBeNull();
  });

  it("says whether gold evidence was retrieved, and whether the reader used it", async () => {
    const labelled = { ...gold("a"), expectedFiles: ["a.md"] };
    const missed = { ...gold("b"), expectedFiles: ["b.md"] };
    const negative = { ...gold("c"), answerable: false };
    const cases = [
      trial("a", GRADED, { gold: labelled }),
      trial("b", GRADED, { gold: missed }),
      trial("c", [reply("I don't know."), verdict({ outcome: "refusal", judgement: null, metrics: null })], {
        gold: negative,
      }),
    ];
    const { readerUsedGold } = await summarizeRun(stream(cases), "run-2");
    expect(cases.map((each) => caseOracle(each, "run-2").prefilter)).toEqual([true, false, null]);
    expect(readerUsedGold).toMatchObject({ share: 0.5, graded: 2, ungraded: 0, citationPrecision: 0.5 });
    const hidden = reply("yes");
    const snapshot = (hidden.answer?.snapshot ?? []).map((chunk) => ({ ...chunk, text: null }));
    if (hidden.answer === null) throw new Error("the fixture has no answer");
    const shown = { ...hidden, answer: { ...hidden.answer, snapshot } };
    const byWords = trial("d", [shown, verdict()]);
    expect(caseOracle(byWords, "run-2")).toEqual({ evidence: "text", prefilter: null, postfilter: false });
  });

  it("leaves trials out that were not asked yet", async () => {
    const { answerable, latency, repeatability } = await summarizeRun(
      stream([trial("a", GRADED, { reply: null, verdict: null })]),
      "run-2",
    );
    expect({ answerable, requests: latency.requests, repeatability }).toEqual({
      answerable: 0,
      requests: 0,
      repeatability: null,
    });
  });
});
