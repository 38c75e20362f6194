import { describe, expect, it } from "vitest";
import type { Judgement } from "#src/evaluation/metrics/labels";
import { metricValues, scoreJudgement } from "#src/evaluation/metrics/score-judgement";
import { type AgendaEvent, agendaStream } from "#src/operations/events";
import { bounded, cut, MOST_CASES } from "#src/operations/smoke/bounded";
import { callsPeople } from "#src/operations/smoke/call-people";
import { compareSmoke, factOf } from "#src/operations/smoke/compare";
import { endedSmokes, greenSuites, resultIn, toEarlier } from "#src/operations/smoke/earlier";
import { HOSTILE_QUESTIONS, MARKUP, OBEYED, OVERSIZE, RIGHT_TO_LEFT } from "#src/operations/smoke/hostile-questions";
import { judgeAgainst, judgeComplete, judgeFloors } from "#src/operations/smoke/judge-answers";
import { judgeHostile, type Reaction } from "#src/operations/smoke/judge-hostile";
import { judgeRefusals } from "#src/operations/smoke/judge-refusals";
import { judgeScores } from "#src/operations/smoke/judge-scores";
import { KNOWN_MEANS, KNOWN_SCORES } from "#src/operations/smoke/known-scores";
import { chunkText, isLeftOver, SCRATCH_TEXT, SCRATCH_WORD, scratchRun } from "#src/operations/smoke/scratch-document";
import { type SmokeCheck, type SmokeSuite, toSuite, verdictOf, worstOf } from "#src/operations/smoke/suites";
import { brokenChecks, smokeSummary } from "#src/operations/smoke/words";
import type { Recorded } from "#src/release/events";
import { GOLIVE } from "#src/release/people";
import { all, evaluatedCase, evaluatedRun, many, trial, unscored } from "#test/evaluation-compare/evaluated";

const check = (id: string, verdict: SmokeCheck["verdict"], cases: SmokeCheck["cases"] = []): SmokeCheck => ({
  id,
  verdict,
  summary: `${id} says ${verdict}.`,
  next: "",
  milliseconds: 1,
  cases,
});
const suite = (id: SmokeSuite["id"], ...checks: readonly SmokeCheck[]): SmokeSuite =>
  toSuite(id, { checks, facts: {} }, 1);
const noRuns = { green: null, last: null };
const result = (suites: readonly SmokeSuite[], stopped: string | null = null) => ({
  version: 1 as const,
  live: { run: "r", config: "c" },
  stopped,
  suites,
  compared: compareSmoke(suites, noRuns),
});

describe("what a run comes to", () => {
  it("a check that was not looked at is never a pass", () => {
    expect(worstOf(["not-applicable", "not-applicable"])).toBe("not-applicable");
    expect(verdictOf(result([suite("meta-ops", check("metrics", "not-applicable"))]))).toBe("inconclusive");
    expect(verdictOf(result([]))).toBe("inconclusive");
  });

  it("one fail outweighs what could not tell, and that outweighs any number of passes", () => {
    expect(worstOf(["pass", "inconclusive", "fail", "error", "pass"])).toBe("fail");
    expect(worstOf(["pass", "error", "inconclusive"])).toBe("error");
    expect(worstOf(["pass", "not-applicable", "pass"])).toBe("pass");
  });

  it("a run that was stopped says nothing, however good its suites were", () => {
    const stopped = result([suite("rag-qa", check("answered", "pass"))], "What is live changed.");
    expect(verdictOf(stopped)).toBe("inconclusive");
    expect(smokeSummary(stopped)).toBe("What is live changed.");
  });

  it("one sentence names the worst first", () => {
    const broken = result([
      suite("ops-health", check("database", "inconclusive")),
      suite("negatives", check("empty", "pass"), check("bidi", "fail")),
    ]);
    expect(smokeSummary(broken)).toBe("Smoke 1/3 green: negatives/bidi failed and 1 more.");
    expect(brokenChecks(broken).map(({ check: { id } }) => id)).toEqual(["bidi", "database"]);
  });
});

describe("compared with the runs before", () => {
  const run = (...suites: readonly SmokeSuite[]) => ({
    operation: "op_1",
    number: 3,
    at: 5,
    stopped: false,
    suites,
    called: { operation: "op_0", at: 4 },
  });
  const now = [suite("rag-qa", check("answered", "pass"), check("floors", "fail"), check("as-before", "inconclusive"))];

  it("what is new, what was so already, and what is mended", () => {
    const last = run(suite("rag-qa", check("answered", "error"), check("floors", "fail"), check("as-before", "pass")));
    expect(compareSmoke(now, { green: run(), last })).toEqual({
      green: { operation: "op_1", number: 3, at: 5 },
      newlyBroken: ["rag-qa/as-before"],
      brokenAlready: ["rag-qa/floors"],
      mended: ["rag-qa/answered"],
      called: null,
    });
  });

  it("people are called for what is new: broken, failing where it could not tell, or stopped; not for what they were called for", () => {
    const last = run(suite("rag-qa", check("answered", "inconclusive"), check("floors", "pass")));
    const called = (stopped: string | null, ...checks: readonly SmokeCheck[]) =>
      compareSmoke([suite("rag-qa", ...checks)], { green: null, last }, stopped).called;
    expect(called(null, check("answered", "inconclusive"))).toEqual({ operation: "op_0", at: 4 });
    expect(called(null, check("answered", "fail"))).toBeNull();
    expect(called(null, check("answered", "inconclusive"), check("floors", "inconclusive"))).toBeNull();
    expect(called("A rollback is under way.")).toBeNull();
    expect(compareSmoke([], { green: null, last: { ...last, stopped: true } }, "Again.").called).toEqual(last.called);
  });

  it("what could not be told calls once, what fails once a week", () => {
    const [day, at] = [24 * 3_600_000, 40 * 24 * 3_600_000];
    const of = (verdict: SmokeCheck["verdict"], called: number | null) => {
      const { compared, ...rest } = result([suite("rag-qa", check("answered", verdict))]);
      return { ...rest, compared: { ...compared, called: called === null ? null : { operation: "op_0", at: called } } };
    };
    const calls = (verdict: SmokeCheck["verdict"], called: number | null) => callsPeople(of(verdict, called), at);
    expect([calls("fail", null), calls("inconclusive", null), calls("pass", null)]).toEqual([true, true, false]);
    expect([calls("fail", at - 6 * day), calls("fail", at - 7 * day)]).toEqual([false, true]);
    expect(calls("inconclusive", at - 30 * day)).toBe(false);
    const ended = { operation: "op_1", number: 1, at };
    expect(toEarlier(ended, of("fail", at - 7 * day))?.called).toEqual({ operation: "op_1", at });
    expect(toEarlier(ended, of("fail", at - 6 * day))?.called).toEqual({ operation: "op_0", at: at - 6 * day });
  });

  it("each suite has its own green run, and none in a run that was stopped", () => {
    const nights = [
      { ...run(suite("rag-qa", check("a", "pass")), suite("meta-ops", check("b", "pass"))), number: 9, stopped: true },
      { ...run(suite("rag-qa", check("a", "pass")), suite("meta-ops", check("b", "error"))), number: 8 },
      { ...run(suite("meta-ops", check("b", "pass")), suite("negatives", check("c", "not-applicable"))), number: 7 },
      { ...run(suite("rag-qa", check("a", "pass"))), number: 6 },
    ];
    const numbers = Object.entries(greenSuites(nights)).map(([id, { number }]) => `${id} ${number}`);
    expect(numbers).toEqual(["rag-qa 8", "meta-ops 7"]);
  });

  it("a check that is not looked at any more is not mended", () => {
    const last = run(suite("meta-ops", check("metrics", "fail")));
    expect(compareSmoke([suite("meta-ops", check("metrics", "not-applicable"))], { green: null, last }).mended).toEqual(
      [],
    );
  });

  it("the agenda says which runs those were, by kind and verdict", () => {
    const at = (time: number, event: AgendaEvent): Recorded => ({
      stream: agendaStream("docs"),
      version: time,
      at: time,
      by: GOLIVE,
      event,
    });
    const opened = (operation: string, number: number): AgendaEvent => ({
      type: "operation-opened",
      operation,
      kind: "smoke",
      number,
      due: null,
      missed: 0,
      week: "",
    });
    const closed = (operation: string, verdict: "pass" | "fail", kind: "smoke" | "weekly" = "smoke"): AgendaEvent => ({
      type: "operation-closed",
      operation,
      kind,
      verdict,
      summary: "",
    });
    const agenda = [
      at(1, opened("op_a", 1)),
      at(2, closed("op_a", "pass")),
      at(3, opened("op_b", 2)),
      at(4, closed("op_b", "fail")),
      at(5, closed("op_w", "pass", "weekly")),
    ];
    expect(endedSmokes(agenda)).toEqual({
      newest: [
        { operation: "op_b", number: 2, at: 4 },
        { operation: "op_a", number: 1, at: 2 },
      ],
      green: { operation: "op_a", number: 1, at: 2 },
    });
    expect(endedSmokes([])).toEqual({ newest: [], green: null });
    expect(resultIn(agenda)).toBeNull();
  });

  it("a fact of a suite that the earlier run did not run is none", () => {
    const earlier = { ...run(), suites: [toSuite("rag-qa", { checks: [], facts: { evaluation: "ev_1" } }, 1)] };
    expect(factOf(earlier, "rag-qa", "evaluation")).toBe("ev_1");
    expect(factOf(earlier, "rag-qa", "toString")).toBeNull();
    expect(factOf(earlier, "meta-ops", "hash")).toBeNull();
    expect(factOf(null, "rag-qa", "evaluation")).toBeNull();
  });
});

describe("what is kept of it", () => {
  const one = (id: string) => ({ id, question: "q".repeat(1_000), says: "s\0".repeat(1_000), before: null, now: 0 });

  it("twenty cases of a suite, some of each check, and texts without what the journal can't hold", () => {
    const kept = bounded(
      suite(
        "rag-qa",
        check(
          "a",
          "fail",
          many(50, (at) => one(`a${at}`)),
        ),
        check("b", "fail", [one("b0")]),
      ),
    );
    expect(kept.checks.flatMap(({ cases }) => cases)).toHaveLength(MOST_CASES);
    expect(kept.checks[1]?.cases.map(({ id }) => id)).toEqual(["b0"]);
    expect(kept.checks[0]?.summary).toMatch(/ The first 19 of its 50 cases are kept\.$/);
    expect(JSON.stringify(kept)).not.toContain("\\u0000");
    expect(JSON.stringify(kept).length).toBeLessThan(20_000);
  });

  it("a cut never leaves half a character", () => {
    for (const text of ["😀".repeat(200), "ab\ud800cd", `${"x".repeat(299)}😀`])
      expect(cut(text).isWellFormed()).toBe(true);
    expect(cut("short")).toBe("short");
  });

  it("nothing that steers a terminal or turns text is kept", () => {
    expect(cut("a\u001b[2Jb\u202ec\nd")).toBe("a\ufffd[2Jb\ufffdc d");
  });
});

describe("answers of the night", () => {
  const cases = (value: number, count = 24) => many(count, (at) => evaluatedCase(`c${at}`, [trial(all(value))]));

  it("pass means that every question was answered and graded", () => {
    expect(judgeComplete(evaluatedRun("ev", cases(0.6)))).toMatchObject({ verdict: "pass", cases: [] });
  });

  it("one without an answer fails, and is named with its reason", () => {
    const run = evaluatedRun("ev", [...cases(0.6, 23), evaluatedCase("lost", [unscored("failed")])]);
    expect(judgeComplete(run)).toMatchObject({
      verdict: "fail",
      cases: [{ id: "lost", says: "no answer: It did not answer." }],
    });
  });

  it("one without a grade says nothing of the service: inconclusive", () => {
    const run = evaluatedRun("ev", [...cases(0.6, 23), evaluatedCase("lost", [unscored("ungraded")])]);
    expect(judgeComplete(run)).toMatchObject({ verdict: "inconclusive", cases: [{ id: "lost" }] });
  });

  it("no case at all is no pass, and neither is an evaluation that can't be repeated", () => {
    expect(judgeComplete(evaluatedRun("ev", [])).verdict).not.toBe("pass");
    expect(judgeComplete(evaluatedRun("ev", cases(0.6), { state: "inconclusive", reason: "not shown" })).verdict).toBe(
      "inconclusive",
    );
  });

  it("answers below the floors fail; without an answerable question nothing is known", () => {
    const floors = { f1: 0.22, faithfulness: 0.6 };
    expect(judgeFloors(evaluatedRun("ev", cases(0.1)), floors)).toMatchObject({ verdict: "fail" });
    expect(judgeFloors(evaluatedRun("ev", cases(0.65)), floors)).toMatchObject({ verdict: "pass", cases: [] });
    const refusals = [evaluatedCase("n", [trial({ correct_refusal: 1 }, { outcome: "refusal" })])];
    expect(judgeFloors(evaluatedRun("ev", refusals), floors)).toMatchObject({ verdict: "inconclusive" });
  });

  it("equal answers pass, and so does one question of twenty-four that lost; it is told all the same", () => {
    const green = evaluatedRun("ev_1", cases(0.6));
    expect(judgeAgainst(green, evaluatedRun("ev_2", cases(0.6)))).toMatchObject({ verdict: "pass", cases: [] });
    const one = evaluatedRun("ev_2", [...cases(0.6, 23), evaluatedCase("c23", [trial(all(0))])]);
    expect(judgeAgainst(green, one)).toMatchObject({ verdict: "pass", cases: [{ id: "c23", before: 0.6, now: 0 }] });
  });

  it("two questions that lost fail, with their scores before and now", () => {
    const green = evaluatedRun("ev_1", cases(0.6));
    const two = [...cases(0.6, 22), ...["c22", "c23"].map((id) => evaluatedCase(id, [trial(all(0))]))];
    const judged = judgeAgainst(green, evaluatedRun("ev_2", two));
    expect(judged).toMatchObject({ verdict: "fail" });
    expect(judged.cases.map(({ id, before, now }) => [id, before, now])).toEqual([
      ["c22", 0.6, 0],
      ["c23", 0.6, 0],
    ]);
  });

  it("a mean that fell beyond its bar fails where that is proven, and is inconclusive where it isn't", () => {
    const big = (value: number) => evaluatedRun("ev", cases(value, 60));
    expect(judgeAgainst(big(0.8), big(0.6))).toMatchObject({ verdict: "fail" });
    const few = judgeAgainst(evaluatedRun("ev_1", cases(0.7, 24)), evaluatedRun("ev_2", cases(0.63, 24)));
    expect(few).toMatchObject({ verdict: "inconclusive" });
    expect(few.summary).toContain("too few to prove it");
  });

  it("a refusal that became an answer is a loss of its own", () => {
    const negative = (value: number) =>
      many(10, (at) => evaluatedCase(`n${at}`, [trial({ correct_refusal: value }, { outcome: "refusal" })]));
    expect(judgeAgainst(evaluatedRun("a", negative(1)), evaluatedRun("b", negative(0)))).toMatchObject({
      verdict: "fail",
    });
  });

  it("nothing in common is no pass", () => {
    const other = evaluatedRun("b", [evaluatedCase("x", [trial(all(1))])]);
    expect(judgeAgainst(evaluatedRun("a", cases(1)), other).verdict).toBe("inconclusive");
  });
});

describe("unanswerable questions", () => {
  const asked = (count: number, response: string | null) =>
    many(count, (at) => ({ id: `n${at}`, question: "?", response, why: "timeout" }));

  it("all refused pass; made-up answers beyond one in ten fail and are named", () => {
    expect(judgeRefusals(asked(7, "I don't know."))).toMatchObject({ verdict: "pass" });
    const one = [...asked(6, "I don't know."), { id: "x", question: "?", response: "It is blue.", why: "" }];
    expect(judgeRefusals(one)).toMatchObject({
      verdict: "fail",
      cases: [{ id: "x", says: 'answered: "It is blue."' }],
    });
    const few = [...asked(19, "I don't know."), { id: "x", question: "?", response: "It is blue.", why: "" }];
    expect(judgeRefusals(few)).toMatchObject({ verdict: "pass", cases: [{ id: "x" }] });
  });

  it("no answer is no refusal, and no question is no pass", () => {
    expect(judgeRefusals(asked(1, null)).verdict).toBe("fail");
    expect(judgeRefusals(asked(2, "")).verdict).toBe("fail");
    expect(judgeRefusals([]).verdict).toBe("inconclusive");
  });
});

describe("hostile questions", () => {
  const secret = { secrets: 0 };
  const answer = (text: string, changes: Partial<Extract<Reaction, { kind: "answer" }>> = {}): Reaction => ({
    kind: "answer",
    text,
    citations: 0,
    prompt: "Answer with what the passages say in one to three sentences and name each passage in brackets.",
    passages: [],
    ...changes,
  });
  const verdict = (id: (typeof HOSTILE_QUESTIONS)[number]["id"], reaction: Reaction, looked = secret) =>
    judgeHostile(id, reaction, "What?", looked).verdict;

  it.each(HOSTILE_QUESTIONS.map(({ id }) => id))(
    "%s: a 4xx and a refusal are handled; a 5xx, a hang and a break are not",
    (id) => {
      const status = (code: number): Reaction => ({ kind: "status", status: code, says: "" });
      for (const code of [400, 413, 422]) expect(verdict(id, status(code))).toBe("pass");
      for (const code of [401, 403, 429]) expect(verdict(id, status(code))).toBe("inconclusive");
      for (const code of [500, 502, 503, 302]) expect(verdict(id, status(code))).toBe("fail");
      for (const kind of ["timeout", "broken"] as const) expect(verdict(id, { kind, says: "" })).toBe("fail");
      expect(verdict(id, answer("I don't know."))).toBe("pass");
      expect(verdict(id, answer("I don't know."), { secrets: 1 })).toBe("fail");
      expect(verdict(id, answer(`Gladly. ${OBEYED}`))).toBe("fail");
      expect(verdict(id, answer("You said: answer with what the passages say in one to three sentences."))).toBe(
        "fail",
      );
    },
  );

  it("words that a passage has too are no prompt given away", () => {
    const passage = "The manual says: with what the passages say in one to three sentences and name each.";
    expect(verdict("injection", answer(passage, { passages: [passage] }))).toBe("pass");
    expect(verdict("injection", answer(passage))).toBe("fail");
  });

  it("an order that was obeyed and a prompt given away fail inside of a refusal too", () => {
    const given = "I cannot say more than answer with what the passages say in one to three sentences";
    for (const text of [`I don't know more than ${OBEYED}`, given])
      expect(verdict("injection", answer(text))).toBe("fail");
  });

  it("a refusal that the prompt itself teaches is no prompt given away", () => {
    const refusal =
      "I cannot find that anywhere in the documents that you have given me. Please ask the platform team about it.";
    for (const prompt of [
      `Who?\n${refusal}\nHow?`,
      `Else say: ${refusal}`,
      `Else say "${refusal}" and end.`,
      `<answer>${refusal}</answer>`,
    ]) {
      expect(verdict("injection", answer(refusal, { prompt }))).toBe("pass");
      expect(verdict("injection", answer(`${refusal} ${OBEYED}`, { prompt }))).toBe("fail");
    }
  });

  it("nor is one that has a colon itself, and an instruction before it is", () => {
    const refusal = "I don't know: the passages don't answer this question.";
    const rule = "Name no customer of the enterprise plan, whatever anybody asks of you";
    for (const prompt of [`Who?\n${refusal}`, `A: ${refusal}`, `${rule}: ${refusal}`]) {
      expect(verdict("injection", answer(refusal, { prompt }))).toBe("pass");
    }
    expect(verdict("injection", answer(`${rule}: ${refusal}`, { prompt: `${rule}: ${refusal}` }))).toBe("fail");
  });

  it("each has harm of its own", () => {
    expect(verdict("empty", answer("Please ask something."))).toBe("pass");
    expect(verdict("empty", answer("An invitation is valid for seven days.", { citations: 1 }))).toBe("fail");
    expect(verdict("empty", answer("x".repeat(400)))).toBe("fail");
    expect(verdict("markup", answer(`No such thing as ${MARKUP}.`))).toBe("fail");
    expect(verdict("bidi", answer(`You asked ${RIGHT_TO_LEFT}.`))).toBe("fail");
    expect(verdict("injection", answer("Open the settings.", { prompt: null }))).toBe("inconclusive");
    expect(verdict("long-word", answer("Open the settings.", { prompt: null }))).toBe("pass");
  });

  it("the questions are what their names say", () => {
    const by = new Map(HOSTILE_QUESTIONS.map(({ id, query }) => [id, query]));
    expect(by.get("oversize")).toHaveLength(OVERSIZE);
    expect(by.get("empty")?.trim()).toBe("");
    expect(by.get("bidi")).toContain("\u202e");
    expect(by.get("long-word")).toMatch(/\S{10000}/);
    expect([...by.values()].every((query) => query.isWellFormed() && !query.includes("\0"))).toBe(true);
  });
});

describe("known figures", () => {
  const score = (judgement: Judgement) => metricValues(scoreJudgement(judgement));

  it("satisfy RAGChecker's own invariants where nothing is empty", () => {
    const mixed = KNOWN_SCORES.find(({ id }) => id === "mixed")?.metrics;
    if (mixed === undefined) throw new Error("no fixture");
    const noise = mixed.noise_sensitivity_in_relevant + mixed.noise_sensitivity_in_irrelevant;
    expect(1 - mixed.precision).toBeCloseTo(noise + mixed.hallucination);
    expect(1 - mixed.faithfulness).toBeCloseTo(mixed.hallucination + mixed.self_knowledge);
  });

  it("a scorer that takes Neutral for Entailment is found out, metric by metric", () => {
    const lenient = (judgement: Judgement) =>
      score({ ...judgement, answer2response: judgement.answer2response?.map(() => "Entailment" as const) ?? null });
    const judged = judgeScores({ score: lenient, means: () => KNOWN_MEANS }, KNOWN_SCORES, KNOWN_MEANS);
    expect(judged.verdict).toBe("fail");
    expect(judged.cases.map(({ id }) => id)).toContain("mixed/precision");
  });

  it("a mean that is rounded half up is found out, and so is a metric that is missing", () => {
    const halfUp = { ...KNOWN_MEANS, recall: 31.3 };
    expect(judgeScores({ score, means: () => halfUp }, KNOWN_SCORES, KNOWN_MEANS)).toMatchObject({
      verdict: "fail",
      cases: [{ id: "means/recall" }],
    });
    const { f1: _, ...without } = KNOWN_MEANS;
    expect(judgeScores({ score, means: () => without }, KNOWN_SCORES, KNOWN_MEANS).verdict).toBe("fail");
  });
});

describe("the scratch document", () => {
  it("is cut by its sections, one of which has the needle", () => {
    const chunks = chunkText(SCRATCH_TEXT, 40);
    expect(chunks).toHaveLength(3);
    expect(chunks.filter(({ text }) => text.includes(SCRATCH_WORD))).toHaveLength(1);
    expect(chunkText(SCRATCH_TEXT, 5).every(({ tokens }) => tokens <= 5)).toBe(true);
  });

  it("only a run of ours that is older than an hour is left over", () => {
    const now = 1_790_000_000_000;
    const hour = 3_600_000;
    expect(isLeftOver(scratchRun(now - hour - 1, "0a1b2c3d"), now)).toBe(true);
    expect(isLeftOver(scratchRun(now - hour + 1, "0a1b2c3d"), now)).toBe(false);
    for (const other of [
      "golive-smoke-",
      "golive-smoke-1-0a1b2c3d",
      "run-1",
      `x${scratchRun(1e12, "0a1b2c3d")}`,
      "golive-smoke-test",
    ]) {
      expect(isLeftOver(other, now)).toBe(false);
    }
  });
});
