import { describe, expect, it } from "vitest";
import type { GoldQuestion } from "#src/evaluation/run/case-record";
import { nudgeCases } from "#src/operations/nudges/case";
import { countGroups, evidenceKeys, groupsOf } from "#src/operations/nudges/question-groups";
import { gold, reply, verdict } from "#test/evaluation-run/records";

const asked = (id: string, question: string, changes: Partial<GoldQuestion> = {}) => ({
  id,
  question,
  evidence: evidenceKeys(gold(id, { answer: "", ...changes })),
});

describe("groups of questions that are no independent samples", () => {
  it("puts paraphrases together by the leakage guard's rules, and not two questions of one form", () => {
    const groups = groupsOf([
      asked("a", "How long is an invitation to a workspace valid?"),
      asked("b", "How long is an invitation to a workspace valid for?"),
      asked("c", "How do I create a PRD?"),
      asked("d", "How do I create a vector index?"),
    ]);
    expect(groups).toEqual(["a", "a", "c", "d"]);
    expect(countGroups(groups)).toBe("4 questions in 3 groups");
  });

  it("puts together what shares a chunk, a quote, a file or an answer, and what those share with others", () => {
    const chunks = (...ids: string[]) => ({ chunks: { run: "run-1", ids } });
    const quote = (document: string, text: string) => ({ quotes: [{ document, quote: text }] });
    const of = (...all: Partial<GoldQuestion>[]) =>
      groupsOf(all.map((each, at) => asked(`q${at}`, ["apples", "motorways", "zebra crossing"][at] ?? "", each)));
    expect(of(chunks("c1", "c2"), chunks("c3", "c4"), chunks("c2", "c3"))).toEqual(["q0", "q0", "q0"]);
    expect(of(quote("docs/a.md", "Seven days."), quote("A.md", "seven days"), quote("a.md", "eight days"))).toEqual([
      "q0",
      "q0",
      "q2",
    ]);
    expect(of({ expectedFiles: ["x/a.md"] }, { expectedFiles: ["a.md", "b.md"] }, { expectedFiles: ["c.md"] })).toEqual(
      ["q0", "q0", "q2"],
    );
    expect(of({ answer: "Seven days." }, { answer: "seven days" }, { answer: "" })).toEqual(["q0", "q0", "q2"]);
    // A passage says more than its file.
    expect(of({ ...chunks("c1"), expectedFiles: ["a.md"] }, { ...chunks("c2"), expectedFiles: ["a.md"] })).toEqual([
      "q0",
      "q1",
    ]);
  });

  it("groups the cases of an evaluation: two quotes from one retrieved chunk are the same evidence", () => {
    const { answer, ...rest } = reply("Seven days.");
    if (answer === null) throw new Error("no answer");
    const text = "An invitation is valid for seven days, and a link for thirty days.";
    const ranks = { dense: 1, sparse: 1 };
    const chunk = { chunk_id: "c1", document: "a.md", text, bm25_text: text, score: 1, rank: 1, tokens: 9, ranks };
    const record = (id: string, question: string, quote: string) => ({
      run: "ev_1",
      place: 0,
      repeat: 0,
      gold: gold(id, { question, quotes: [{ document: "a.md", quote }] }),
      reply: { ...rest, answer: { ...answer, snapshot: [chunk], context: [chunk] } },
      verdict: verdict(),
    });
    const { cases } = nudgeCases(
      [record("q2", "Until when may guests join?", "valid for seven days"), record("q1", "Link expiry", "thirty days")],
      "run-1",
    );
    expect(cases.map(({ id, group }) => [id, group])).toEqual([
      ["q1", "q1"],
      ["q2", "q1"],
    ]);
  });
});
