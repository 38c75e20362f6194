import { describe, expect, it } from "vitest";
import { describeProbe } from "#sandbox/demo/probe-sentence";
import { holds, joinAdjacent, patternOf } from "#sandbox/rag/answer-evidence";

const chunk = (place: number, text: string, document = "a.md") => ({
  id: `${document}#${String(place).padStart(4, "0")}`,
  document,
  text,
});
const found = (answer: string, ...texts: readonly ReturnType<typeof chunk>[]): boolean => {
  const pattern = patternOf(answer);
  return pattern !== null && holds(joinAdjacent(texts), pattern);
};
const filler = (words: number): string => Array.from({ length: words }, () => "filler").join(" ");

describe("the words of a gold answer as evidence", () => {
  it("six of ten content words within a window of 150 are enough, five are not", () => {
    const answer = "alpha bravo charlie delta echo foxtrot golf hotel india juliett";
    expect(found(answer, chunk(1, "alpha bravo charlie delta echo foxtrot"))).toBe(true);
    expect(found(answer, chunk(1, "alpha bravo charlie delta echo"))).toBe(false);
    expect(found(answer, chunk(1, "alpha alpha alpha bravo bravo charlie delta echo"))).toBe(false);
  });

  it("at least four words are needed, whatever their share", () => {
    expect(found("alpha bravo charlie delta echo", chunk(1, "alpha bravo charlie"))).toBe(false);
    expect(found("alpha bravo charlie delta echo", chunk(1, "alpha bravo charlie delta"))).toBe(true);
  });

  it("words further apart than 150 tokens are no evidence", () => {
    const near = `alpha bravo ${filler(146)} charlie delta`;
    const far = `alpha bravo ${filler(147)} charlie delta`;
    expect(found("alpha bravo charlie delta", chunk(1, near))).toBe(true);
    expect(found("alpha bravo charlie delta", chunk(1, far))).toBe(false);
  });

  it("an answer of fewer than four content words counts by its exact phrase", () => {
    expect(found("Seven days.", chunk(1, "valid for seven days, then"))).toBe(true);
    expect(found("Seven days.", chunk(1, "days: seven"))).toBe(false);
    expect(found("Seven days.", chunk(1, "seventy-seven daystars"))).toBe(false);
    expect(patternOf(" … ")).toBeNull();
  });

  it("chunks that follow each other are read as one text, with their overlap said once; others are not", () => {
    const answer = "alpha bravo charlie delta";
    expect(found(answer, chunk(2, "charlie delta"), chunk(1, "alpha bravo"))).toBe(true);
    expect(found(answer, chunk(1, "alpha bravo"), chunk(3, "charlie delta"))).toBe(false);
    expect(found(answer, chunk(1, "alpha bravo", "a.md"), chunk(2, "charlie delta", "b.md"))).toBe(false);
    expect(found("seven days", chunk(1, "valid for seven"), chunk(2, "for seven days"))).toBe(true);
  });
});

describe("the sentence about a probe", () => {
  const none = { hits: 0, byDocument: 0, byAnswer: 0, withoutEvidence: 0, negative: 0, total: 0, k: 8, missed: [] };

  it("says how the cases were labelled, and never a share of nothing", () => {
    expect(
      describeProbe("run-2", {
        ...none,
        hits: 5,
        byDocument: 2,
        byAnswer: 4,
        withoutEvidence: 3,
        negative: 1,
        total: 10,
      }),
    ).toBe(
      "retrieval probe of run-2, deciding nothing: the evidence is among the first 8 chunks for 5 of 6 labelled questions (10 in the file: 2 name a document of the run, 4 are labelled by the words of their answer, 3 have no evidence in the documents and don't count, 1 have no answer, by design)",
    );
    const empty = describeProbe("run-2", { ...none, withoutEvidence: 3, total: 3 });
    expect(empty).toContain("nothing can be measured");
    expect(empty).not.toMatch(/0 of 0/);
  });
});
