import { describe, expect, it } from "vitest";
import { guardDigest } from "#src/evaluation/few-shot/provenance";
import { selectExamples } from "#src/evaluation/few-shot/select-examples";
import { checkLeakage } from "#src/evaluation/leakage/check-leakage";
import type { Example } from "#src/evaluation/leakage/example";

const example = (id: string, question: string, embedding: number[] | null, answer = `As told of ${id} elsewhere.`) => ({
  id,
  question,
  answers: [answer],
  text: `${question}\n${answer}`,
  sources: [],
  span: null,
  embedding,
});
const POOL: readonly Example[] = [
  example("boat", "Who paints the hull of the long boat before spring?", [1, 0.1]),
  example("lamp", "When is the lamp in the harbour tower switched on?", [1, 0.5]),
  example("rope", "How many metres of rope does the ferry carry?", [0, 1]),
];

describe("the examples of a question", () => {
  const asked = example("q1", "Which brush is right for hulls?", [1, 0.2]);

  it("are its nearest", () => {
    const { selections, notRun } = selectExamples(POOL, [asked], [], 2);
    expect(selections).toEqual([
      {
        query: "q1",
        examples: [
          { id: "boat", score: expect.closeTo(0.995, 3) },
          { id: "lamp", score: expect.closeTo(0.965, 3) },
        ],
        leftOut: [],
      },
    ]);
    expect(notRun).toEqual([]);
  });

  it("are never those that leak the question itself: the next ones come instead", () => {
    const verbatim = example("q2", "who PAINTS the hull of the long boat, before spring", [1, 0.1]);
    const [first, second] = selectExamples(POOL, [verbatim, asked], [], 2).selections;
    expect(first?.examples.map(({ id }) => id)).toEqual(["lamp", "rope"]);
    expect(first?.leftOut).toMatchObject([{ pool_id: "boat", eval_id: "q2", rule: "hash" }]);
    // What leaks one question may still be shown for another.
    expect(second?.examples.map(({ id }) => id)).toEqual(["boat", "lamp"]);
  });

  it("are never those that leak a gold case, whatever is asked, also under another id", () => {
    const gold = example("case-9", "When is the lamp in the harbour tower switched on", [0.3, 0.3]);
    const { selections, barred } = selectExamples(POOL, [asked], [gold], 3);
    expect(selections[0]?.examples.map(({ id }) => id)).toEqual(["boat", "rope"]);
    expect(barred).toMatchObject([{ pool_id: "lamp", eval_id: "case-9" }]);
  });

  it("are also told of where only the embeddings are alike: a person looks at that", () => {
    const { review } = selectExamples(POOL, [asked], [], 1);
    expect(review).toMatchObject([
      { pool_id: "boat", eval_id: "q1", rule: "cosine" },
      { pool_id: "lamp", eval_id: "q1", rule: "cosine" },
    ]);
  });

  it("can't be chosen without embeddings, and that is said by id", () => {
    expect(() => selectExamples(POOL, [example("q3", "Anything?", null)], [], 1)).toThrow(
      "query q3: it has no embedding",
    );
    const bare = [...POOL, example("bare", "Anything else?", null)];
    expect(() => selectExamples(bare, [asked], [], 1)).toThrow("pool entry bare: it has no embedding");
  });
});

describe("the guard's report as a digest", () => {
  it("is the same for the same findings, and another for another pair", () => {
    const gold = [example("g", "When is the lamp in the harbour tower switched on?", null)];
    const leaking = guardDigest(checkLeakage(POOL, gold));
    expect(guardDigest(checkLeakage(POOL.toReversed(), gold))).toBe(leaking);
    expect(guardDigest(checkLeakage(POOL.slice(0, 1), gold))).not.toBe(leaking);
  });
});
