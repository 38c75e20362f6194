import type { Example } from "#src/evaluation/leakage/example";
import { normalise } from "#src/evaluation/leakage/normalise";
import { findSimilarQuestions } from "#src/evaluation/leakage/similar-questions";
import { documentName, type GoldCase } from "#src/evaluation/oracle/gold";

/** A question, and what its evidence is: two with a key in common ask about the same place. */
export type AskedQuestion = { readonly id: string; readonly question: string; readonly evidence: readonly string[] };

/** What a case is labelled with: chunks and quotes where it has any, else files, else the words of its answer. */
export function evidenceKeys({ chunks, quotes, expectedFiles, answer }: GoldCase): readonly string[] {
  const passages = [
    ...(chunks?.ids ?? []).map((id) => JSON.stringify(["chunk", id])),
    ...quotes.map(({ document, quote }) => JSON.stringify(["quote", documentName(document), normalise(quote)])),
  ];
  if (passages.length > 0) return passages;
  if (expectedFiles.length > 0) return expectedFiles.map((file) => JSON.stringify(["file", documentName(file)]));
  return answer === "" ? [] : [JSON.stringify(["text", normalise(answer)])];
}

/**
 * The group of each question, named by the smallest id in it, in the order of the questions. Those that share evidence, or that the leakage
 * guard calls alike, rise and fall together: they are one piece of news, however many they are. Transitive.
 */
export function groupsOf(questions: readonly AskedQuestion[]): readonly string[] {
  const above = questions.map((_, at) => at);
  const root = (at: number): number => {
    let top = at;
    while ((above[top] ?? top) !== top) top = above[top] ?? top;
    above[at] = top;
    return top;
  };
  const id = (at: number): string => questions[at]?.id ?? "";
  const join = (a: number, b: number): void => {
    const [one, other] = [root(a), root(b)];
    if (one !== other) above[id(one) < id(other) ? other : one] = id(one) < id(other) ? one : other;
  };
  const first = new Map<string, number>();
  for (const [at, { evidence }] of questions.entries()) {
    for (const key of evidence) {
      join(first.get(key) ?? at, at);
      first.set(key, first.get(key) ?? at);
    }
  }
  const examples = questions.map(toExample);
  for (const { pool, evaluation, rule } of findSimilarQuestions(examples, examples)) {
    if (rule !== "template") join(pool, evaluation);
  }
  return questions.map((_, at) => id(root(at)));
}

const toExample = ({ id, question }: AskedQuestion): Example => ({
  id,
  question,
  answers: [],
  text: question,
  sources: [],
  span: null,
  embedding: null,
});

/** "130 questions in 41 groups". */
export function countGroups(groups: readonly string[]): string {
  const [n, g] = [groups.length, new Set(groups).size];
  return `${n} ${n === 1 ? "question" : "questions"} in ${g} ${g === 1 ? "group" : "groups"}`;
}
