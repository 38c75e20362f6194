import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ModelFault } from "#sandbox/bedrock/faults";
import { metricValues, scoreJudgement } from "#src/evaluation/metrics/score-judgement";
import { GRADABLE, openJudgeHouse } from "#test/evaluation-judge/judge-house";
import { failure } from "#test/models/model-house";

let house: Awaited<ReturnType<typeof openJudgeHouse>>;
beforeEach(async () => {
  house = await openJudgeHouse();
});
afterEach(() => house.close());

const asked = () => house.local.log.entries().length;

describe("the judge", () => {
  it("labels every claim against the other answer and against every chunk, in the shape that the metrics take", async () => {
    const { claims, judgement } = await house.grade(GRADABLE);
    expect(claims.gold).toEqual([["An invitation", "is", "valid for seven days"]]);
    expect(claims.response).toHaveLength(2);
    expect(judgement).toEqual({
      answer2response: ["Entailment", "Neutral"],
      response2answer: ["Entailment"],
      retrieved2response: [
        ["Entailment", "Neutral"],
        ["Neutral", "Neutral"],
      ],
      retrieved2answer: [["Entailment", "Neutral"]],
    });
    const metrics = metricValues(scoreJudgement(judgement));
    expect(metrics).toMatchObject({ precision: 0.5, recall: 1, faithfulness: 0.5, hallucination: 0.5 });
  });

  it("asks for nothing where there is nothing to label", async () => {
    const { claims, judgement } = await house.grade({ ...GRADABLE, response: "I don't know.", context: [] });
    expect(claims.response).toEqual([]);
    expect(judgement).toMatchObject({ answer2response: [], retrieved2response: [], retrieved2answer: [[]] });
    expect(asked()).toBe(3);
  });

  it("says the same whether claims are checked together or each in a request of its own", async () => {
    const together = await house.grade(GRADABLE);
    const before = asked();
    const alone = await house.grade(GRADABLE, "separate");
    expect(alone.judgement).toEqual(together.judgement);
    expect([before, asked() - before]).toEqual([4, 11]);
    expect(house.epochOf("joint").id).not.toBe(house.epochOf("separate").id);
  });

  it("puts no more into one request than an answer has room for, and loses no label by it", async () => {
    const sentences = Array.from({ length: 25 }, (_, at) => `Plan${at} lasts ${at + 20} days.`);
    const context = Array.from({ length: 9 }, (_, at) => `Plan${at} lasts ${at + 20} days. Nothing else is said.`);
    const many = { question: "How long?", goldAnswer: "Plan3 lasts 23 days.", response: sentences.join(" "), context };
    const { judgement } = await house.grade(many);
    expect(judgement.answer2response.indexOf("Entailment")).toBe(3);
    expect(judgement.retrieved2response.map((row) => row.indexOf("Entailment"))).toEqual(
      Array.from({ length: 25 }, (_, at) => (at < 9 ? at : -1)),
    );
    const sizes = house.sent.slice(2).map(({ prompt }) => {
      const count = (tag: string) => prompt.match(new RegExp(`<${tag}-[0-9a-f]{16} id=`, "g"))?.length ?? 0;
      return [count("claim"), count("reference")];
    });
    // Six claims against ten references are sixty labels.
    expect(sizes).toEqual([...Array.from({ length: 4 }, () => [6, 10]), [1, 10], [1, 10]]);
  });

  it("pays for a request once, except for a repeated measurement", async () => {
    const first = await house.grade(GRADABLE);
    expect(first.spent.requests).toBe(4);
    const paid = asked();
    const again = await house.grade(GRADABLE);
    expect(again.judgement).toEqual(first.judgement);
    expect(again.spent).toEqual({ requests: 0, inputTokens: 0, outputTokens: 0 });
    expect(asked()).toBe(paid);
    await house.grade(GRADABLE, "joint", 1);
    expect(asked()).toBe(2 * paid);
  });
});

const BAD: readonly ModelFault[] = [
  { kind: "no-tool-use" },
  { kind: "malformed-output" },
  { kind: "too-few-items" },
  { kind: "too-many-items" },
  { kind: "shouted-labels" },
  { kind: "strange-id" },
];

describe.each(BAD)("a judge with $kind", (fault) => {
  /** The first two requests extract claims; the third checks them. */
  const afterExtraction = (times: number) => [null, null, ...Array.from({ length: times }, () => fault)];

  it("is asked once more, and then counts as if nothing had been", async () => {
    const right = (await house.grade(GRADABLE)).judgement;
    house.memory.clear();
    house.local.faults.sequence(afterExtraction(1));
    const { judgement, spent } = await house.grade(GRADABLE);
    expect(judgement).toEqual(right);
    expect(spent.requests).toBe(5);
  });

  it("gives no grade when it does so twice: nothing is filled in", async () => {
    house.local.faults.sequence(afterExtraction(2));
    const { code } = await failure(house.grade(GRADABLE));
    expect(code).toBe("bad-output");
    expect(asked()).toBe(4);
    expect(house.memory.size).toBe(2);
  });
});
