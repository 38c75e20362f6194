import { comparable } from "#src/evaluation/leakage/comparable";
import type { Example, Finding } from "#src/evaluation/leakage/example";
import { charGrams, wordsOf } from "#src/evaluation/leakage/normalise";
import { findSimilarPairs } from "#src/evaluation/leakage/similar-pairs";
import { commonWords, contentWords, shareAWord } from "#src/evaluation/leakage/words";

export const CONTAINMENT = 0.7;
export const JACCARD = 0.5;
/** A text of fewer grams ("what is it") is in too many others to say anything; equal it can still be. */
export const FEWEST_GRAMS = 8;

/** A question as it is compared. */
type Question = { readonly text: string; readonly grams: ReadonlySet<string>; readonly content: ReadonlySet<string> };

/**
 * Questions of the evaluation set that stand in the pool, as they are or changed a little.
 * - `hash`: equal after normalising.
 * - `containment`: at least 0.7 of the five-character grams of the shorter question are in the other.
 * - `jaccard`: at least 0.5 of all grams of both are in both.
 * - `template`, for a person to look at: as alike as that, but without one word in common beside how it is asked ("How do I
 *   create a PRD?", "How do I create a vector index?"). Two questions of one form are no leak.
 */
export function findSimilarQuestions(pool: readonly Example[], evaluation: readonly Example[]): Finding[] {
  const common = commonWords(distinctQuestions([...pool, ...evaluation]));
  const a = pool.map(({ question }) => toQuestion(question, common));
  const b = evaluation.map(({ question }) => toQuestion(question, common));
  const similar = findSimilarPairs(a.map(compared), b.map(compared)).flatMap((pair) => {
    const [left, right] = [a[pair.a], b[pair.b]];
    if (left === undefined || right === undefined || left.text === right.text) return [];
    const judged = judge(left, right, pair.common);
    return judged === null ? [] : [{ pool: pair.a, evaluation: pair.b, ...judged }];
  });
  return [...equalQuestions(a, b), ...similar];
}

function judge(a: Question, b: Question, common: number): Pick<Finding, "rule" | "score"> | null {
  const containment = common / Math.min(a.grams.size, b.grams.size);
  const jaccard = common / (a.grams.size + b.grams.size - common);
  if (containment < CONTAINMENT && jaccard < JACCARD) return null;
  const [rule, score] =
    containment >= CONTAINMENT ? (["containment", containment] as const) : (["jaccard", jaccard] as const);
  const onlyTheForm = a.content.size > 0 && b.content.size > 0 && !shareAWord(a.content, b.content);
  return { rule: onlyTheForm ? "template" : rule, score };
}

function distinctQuestions(examples: readonly Example[]): string[][] {
  return [...new Set(examples.map(({ question }) => comparable(question)))].map(wordsOf);
}

function toQuestion(question: string, common: ReadonlySet<string>): Question {
  const text = comparable(question);
  return { text, grams: charGrams(text), content: contentWords(wordsOf(text), common) };
}

const NONE: ReadonlySet<string> = new Set();
const compared = ({ grams }: Question): ReadonlySet<string> => (grams.size < FEWEST_GRAMS ? NONE : grams);

function equalQuestions(pool: readonly Question[], evaluation: readonly Question[]): Finding[] {
  const places = Map.groupBy(pool.keys(), (index) => pool[index]?.text ?? "");
  return evaluation.flatMap(({ text }, index) =>
    (text === "" ? [] : (places.get(text) ?? [])).map(
      (place): Finding => ({ pool: place, evaluation: index, rule: "hash", score: 1 }),
    ),
  );
}
