import type { PromptParts } from "#sandbox/bedrock/models/prompt-parts";
import { sentencesOf } from "#sandbox/bedrock/models/sentences";
import { contentWords } from "#sandbox/rag/embed";

export type Reading = { readonly text: string; readonly citations: readonly string[] };

/** Neighbouring sentences of one passage. */
type Window = {
  readonly passage: string;
  readonly sentences: readonly string[];
  readonly text: string;
  readonly score: number;
};

const ASKING = new Set(
  "any become get give happen had has have into long many may me more much my need now our out put say should support there they them then us use want we".split(
    " ",
  ),
);

/** How much of the question's weight the passage, and in it the sentences, must hold to count as an answer. */
const PASSAGE_HOLDS = 0.45;
const SENTENCES_HOLD = 0.34;
/** A longer answer has to be worth its length. */
const PER_SENTENCE = 0.06;
const MOST_SENTENCES = 2;
const NEARLY_AS_GOOD = 0.95;

const REFUSAL: Reading = { text: "I don't know: the passages don't answer this question.", citations: [] };

/** Words by their first five letters, so that "invite" meets "invitation". */
const stems = (text: string): Set<string> =>
  new Set(
    contentWords(text)
      .filter((word) => !ASKING.has(word))
      .map((word) => word.slice(0, 5)),
  );

/**
 * Answers with sentences of the passages, each followed by its passage's id in brackets, or says that it doesn't know. A word
 * weighs the more the fewer passages have it. `chance` is null at temperature 0; above, a runner-up may take the first place.
 */
export function readPassages(parts: PromptParts, chance: (() => boolean) | null): Reading {
  const share = weigh(parts);
  const windows = parts.passages
    .filter(({ text }) => share(text) >= PASSAGE_HOLDS)
    .flatMap(({ id, text }) => windowsOf(id, sentencesOf(text), share(text), share))
    .filter(({ text }) => share(text) >= SENTENCES_HOLD)
    .sort((a, b) => b.score - a.score);
  const distinct = windows.filter(({ text }, at) => windows.findIndex((other) => other.text === text) === at);
  const from = chance?.() === true && distinct.length > 1 ? distinct.slice(1) : distinct;
  const best = from[0];
  if (best === undefined) return REFUSAL;
  const second = from.find(
    ({ passage, score, sentences }) =>
      passage !== best.passage &&
      score >= NEARLY_AS_GOOD * best.score &&
      !sentences.some((sentence) => best.sentences.includes(sentence)),
  );
  const chosen = second === undefined ? [best] : [best, second];
  const cited = chosen.flatMap(({ passage, sentences }) => sentences.map((text) => `${closed(text)} [${passage}]`));
  return { text: cited.join(" "), citations: chosen.map(({ passage }) => passage) };
}

/** The share of the question's weight that a text holds. */
function weigh({ question, passages }: PromptParts): (text: string) => number {
  const known = passages.map(({ text }) => stems(text));
  const weights = [...stems(question ?? "")].map((word): [word: string, weight: number] => {
    const having = known.filter((words) => words.has(word)).length;
    return [word, Math.log(1 + (known.length + 1) / (having + 1))];
  });
  const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
  return (text) => {
    const words = stems(text);
    return total === 0 ? 0 : weights.reduce((sum, [word, weight]) => sum + (words.has(word) ? weight : 0), 0) / total;
  };
}

function windowsOf(
  passage: string,
  sentences: readonly string[],
  passageShare: number,
  share: (text: string) => number,
): Window[] {
  return sentences.flatMap((_, at) =>
    Array.from({ length: Math.min(MOST_SENTENCES, sentences.length - at) }, (_, more): Window => {
      const chosen = sentences.slice(at, at + more + 1);
      const text = chosen.join(" ");
      return { passage, sentences: chosen, text, score: share(text) + 0.5 * passageShare - PER_SENTENCE * more };
    }),
  );
}

const closed = (sentence: string) => (/[.!?:]$/.test(sentence) ? sentence : `${sentence}.`);
