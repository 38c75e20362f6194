import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RagServiceError } from "#src/rag/service-error";
import { gold } from "#test/evaluation-run/records";
import { dyingLedger, honest, openRunHouse, questions, type RunHouse } from "#test/evaluation-run/run-house";
import { type Releasers, release } from "#test/sandbox/bolt-app";

let house: RunHouse;
const releasers: Releasers = [];
beforeEach(async () => {
  house = await openRunHouse(releasers);
});
afterEach(() => release(releasers));

describe("a run", () => {
  it("asks every case once as an evaluation, grades it, and ends finished", async () => {
    const id = await house.begin(questions(3));
    const run = await house.run(id);
    expect(run).toMatchObject({ state: "finished", reason: null, endedAt: 5_000 });
    expect(run.counts).toEqual({ planned: 3, answered: 3, graded: 3, refusals: 0, ungraded: 0, failed: 0 });
    expect(house.asked.map(({ eval: wish, pair }) => ({ wish, pair }))).toEqual(
      Array.from({ length: 3 }, () => ({
        wish: { temperature: 0, seed: 42, disable_cache: true },
        pair: { run: "run-2", config: "v1" },
      })),
    );
    expect(new Set(house.asked.map(({ nonce }) => nonce)).size).toBe(3);
    for (const { verdict, reply } of await house.cases(id)) {
      expect(verdict).toMatchObject({
        outcome: "graded",
        metrics: { precision: 1, recall: 1, f1: 1, faithfulness: 1 },
      });
      expect(reply).toMatchObject({ censored: false, unshown: [] });
    }
  });

  it("leaves questions without an answer to the refusal's words, and asks no judge about them", async () => {
    const id = await house.begin([
      gold("a", { answerable: false }),
      gold("b", { answerable: false, question: "Who?" }),
    ]);
    house.answering((request) => ({
      ...honest(request),
      answer: request.query === "Who?" ? "I don't know." : "Seven.",
    }));
    expect(await house.run(id)).toMatchObject({ state: "finished", counts: { refusals: 2, graded: 0 } });
    expect(house.judged()).toBe(0);
    const cases = await house.cases(id);
    expect(cases.map(({ verdict }) => [verdict?.refused, verdict?.metrics])).toEqual([
      [false, null],
      [true, null],
    ]);
  });

  it("measures repeats anew: the service and the judge are both asked again", async () => {
    const [one] = questions(1);
    if (one === undefined) throw new Error("no question");
    const trials = [0, 1, 2].map((repeat) => ({ gold: one, repeat }));
    await house.run(await house.begin([one], { repeat: 3, repeated: [one.id] }, trials));
    expect([house.asked.length, house.judged()]).toEqual([3, 3 * 3]);
    // A second run asks the service again, and pays for no label twice.
    await house.run(await house.begin([one], { stable: true }));
    expect([house.asked.length, house.judged()]).toEqual([4, 3 * 3]);
  });
});

describe("a run whose models are throttled", () => {
  it("waits, and grades everything when that ends", async () => {
    const id = await house.begin(questions(2));
    house.bedrock.faults.next({ kind: "throttle" }, 12);
    // One at a time: two would share the throttled calls as their timing has it, and need not wait twice.
    expect(await house.run(id, { atOnce: 1 })).toMatchObject({ state: "finished", counts: { graded: 2, ungraded: 0 } });
    expect(house.patience.now()).toBeGreaterThan(60_000);
  });

  it("for as long as it asks, is inconclusive: no case has a score, and it stops asking when that is sure", async () => {
    const id = await house.begin(questions(30));
    house.bedrock.faults.some({ kind: "throttle" }, 1);
    const run = await house.run(id, { atOnce: 1 });
    expect(run.state).toBe("inconclusive");
    expect(run.counts).toEqual({ planned: 30, answered: 7, graded: 0, refusals: 0, ungraded: 7, failed: 0 });
    expect(run.reason).toMatch(/^7 of 30 trials have no score \(7 × throttled\)/);
    const cases = await house.cases(id);
    expect(cases.flatMap(({ verdict }) => verdict?.metrics ?? [])).toEqual([]);
    expect(cases[0]?.verdict?.reason).toMatchObject({ code: "throttled" });
  });
});

describe("a run whose service fails", () => {
  const downFrom = (first: number) => {
    let answers = 0;
    house.answering((request) => {
      if (answers + 1 >= first) throw new RagServiceError("unreachable", "The RAG service could not be reached.");
      answers += 1;
      return honest(request);
    });
  };

  it("at case 57 of 60, counts the others, and the failed ones as nothing", async () => {
    const id = await house.begin(questions(60));
    downFrom(57);
    const run = await house.run(id, { atOnce: 1 });
    expect(run).toMatchObject({ state: "finished", counts: { planned: 60, graded: 56, failed: 4, ungraded: 0 } });
    const failed = (await house.cases(id)).filter(({ verdict }) => verdict?.outcome === "failed");
    expect(failed.map(({ place }) => place)).toEqual([56, 57, 58, 59]);
    for (const { verdict, reply } of failed) {
      expect(verdict).toMatchObject({ metrics: null, judgement: null, refused: null, reason: { code: "unreachable" } });
      expect(reply).toMatchObject({ answer: null, censored: true });
    }
  });

  it("at case 57 of 100, is inconclusive as soon as a fifth is lost", async () => {
    const id = await house.begin(questions(100));
    downFrom(57);
    const run = await house.run(id, { atOnce: 1 });
    expect(run).toMatchObject({ state: "inconclusive", counts: { graded: 56, failed: 21 } });
    expect(run.reason).toMatch(/^21 of 100 trials have no score \(21 × unreachable\)/);
  });

  it("once, is asked again; the time to that answer is not known to be short", async () => {
    const id = await house.begin(questions(1));
    let tries = 0;
    house.answering((request) => {
      tries += 1;
      if (tries === 1) throw new RagServiceError("http-status", "It answered 503.", { status: 503 });
      return honest(request);
    });
    expect(await house.run(id)).toMatchObject({ state: "finished", counts: { graded: 1 } });
    expect((await house.cases(id))[0]?.reply).toMatchObject({ censored: true, reason: null });
  });

  it.each([
    ["of another pair", { run_id: "run-1" }],
    ["out of a cache", { cache: "hit" as const }],
    ["to another request", { nonce: "an-old-one" }],
  ])("by an answer %s, gets no score for it", async (_, changes) => {
    const id = await house.begin(questions(1));
    house.answering((request) => ({ ...honest(request), ...changes }));
    expect(await house.run(id)).toMatchObject({ state: "inconclusive", counts: { failed: 1 } });
    expect((await house.cases(id))[0]?.verdict).toMatchObject({ metrics: null, reason: { code: "not-as-asked" } });
    expect(house.judged()).toBe(0);
  });

  it("to show its temperature, is inconclusive although everything is graded", async () => {
    const id = await house.begin(questions(2));
    house.answering((request) => ({ ...honest(request), prompt_audit: null }));
    const run = await house.run(id);
    expect(run).toMatchObject({ state: "inconclusive", counts: { graded: 2 } });
    expect(run.reason).toContain("2 × prompt_audit:not-shown");
  });

  it("with a wrong token, stops at once and can go on later", async () => {
    const id = await house.begin(questions(3));
    house.answering(() => {
      throw new RagServiceError("denied", "Its token is not accepted.", { status: 401 });
    });
    await expect(house.run(id)).rejects.toThrow("token");
    expect(await house.store.run(id)).toMatchObject({ state: "running", counts: { answered: 0, failed: 0 } });
    house.answering(honest);
    expect(await house.run(id)).toMatchObject({ state: "finished", counts: { graded: 3 } });
  });
});

describe("a judge that gives no valid labels", () => {
  it("leaves its case ungraded with the reason, and the others graded", async () => {
    const id = await house.begin(questions(6));
    // The second request of the first case checks its claims; twice.
    house.bedrock.faults.sequence([null, { kind: "shouted-labels" }, { kind: "shouted-labels" }]);
    const run = await house.run(id, { atOnce: 1 });
    expect(run).toMatchObject({ state: "finished", counts: { graded: 5, ungraded: 1 } });
    const [first] = await house.cases(id);
    expect(first?.verdict).toMatchObject({
      outcome: "ungraded",
      judgement: null,
      metrics: null,
      reason: { code: "bad-output" },
      // The extraction, and the two answers that were wrong: they were paid for.
      spent: { requests: 3, inputTokens: expect.any(Number) },
    });
    const spent = (await house.cases(id)).reduce((sum, { verdict }) => sum + (verdict?.spent.requests ?? 0), 0);
    expect(spent).toBe(house.judged());
    expect(first?.verdict?.spent.inputTokens).toBeGreaterThan(0);
  });
});

describe("a run that dies", () => {
  it("between any two steps, pays for nothing twice when it goes on", async () => {
    const cases = questions(2);
    const whole = await house.begin(cases);
    await house.run(whole);
    const expected = await house.cases(whole);
    const paid = { answers: house.asked.length, judged: house.judged() };
    expect(paid).toEqual({ answers: 2, judged: 6 });
    const steps = paid.answers + paid.judged + cases.length;

    for (let after = 1; after <= steps; after++) {
      const mine = await openRunHouse(releasers);
      const id = await mine.begin(cases);
      await expect(mine.run(id, { ledger: dyingLedger(mine.ledger, after), atOnce: 1 })).rejects.toThrow("killed");
      const run = await mine.run(id);
      expect(run).toMatchObject({ state: "finished", counts: { graded: 2 } });
      expect({ after, answers: mine.asked.length, judged: mine.judged() }).toEqual({ after, ...paid });
      const judgements = (all: typeof expected) => all.map(({ verdict }) => verdict?.judgement);
      expect(judgements(await mine.cases(id))).toEqual(judgements(expected));
    }
  });
});

describe("a run that is cancelled", () => {
  it("asks nothing more, and keeps what it has", async () => {
    const id = await house.begin(questions(5));
    house.answering(async (request) => {
      if (house.asked.length === 3) await house.ledger.end(id, "cancelled", "somebody said so", 9_000);
      return honest(request);
    });
    const run = await house.run(id, { atOnce: 1 });
    expect(run).toMatchObject({ state: "cancelled", reason: "somebody said so", counts: { answered: 2, graded: 2 } });
    expect(house.asked).toHaveLength(3);
    expect(await house.run(id)).toMatchObject({ state: "cancelled" });
    expect(house.asked).toHaveLength(3);
  });

  it("in the middle of a trial, asks the judge nothing more about it", async () => {
    const id = await house.begin(questions(2));
    const ledger = {
      ...house.ledger,
      saveJudgement: async (...args: Parameters<typeof house.ledger.saveJudgement>) => {
        await house.ledger.saveJudgement(...args);
        await house.ledger.end(id, "cancelled", "somebody said so", 9_000);
      },
    };
    expect(await house.run(id, { ledger, atOnce: 1 })).toMatchObject({ state: "cancelled", counts: { graded: 0 } });
    expect([house.asked.length, house.judged()]).toEqual([1, 1]);
  });

  it("by a signal, stays open for another time", async () => {
    const id = await house.begin(questions(4));
    const stop = new AbortController();
    house.answering((request) => {
      if (house.asked.length === 2) stop.abort(new Error("Ctrl-C"));
      return honest(request);
    });
    await expect(house.run(id, { atOnce: 1 }, stop.signal)).rejects.toThrow("Ctrl-C");
    expect(await house.store.run(id)).toMatchObject({ state: "running" });
    expect(await house.run(id)).toMatchObject({ state: "finished", counts: { graded: 4 } });
    expect(house.asked).toHaveLength(4);
  });
});
