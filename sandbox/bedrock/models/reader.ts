import type { PromptParts } from "#sandbox/bedrock/models/prompt-parts";
import { sentencesOf } from "#sandbox/bedrock/models/sentences";
import { contentWords } from "#sandbox/rag/embed";

export type Reading = { readonly text: string; readonly citations: readonly string[] };

type Candidate = { readonly passage: string; readonly text: string; readonly score: number; readonly at: number };

/** A sentence has to hold this share of the question's weight, alone and with its passage, to count as an answer. */
const ENOUGH_ALONE = 0.3;
const ENOUGH = 0.45;
const MOST_SENTENCES = 3;

const REFUSAL: Reading = {
  text: "I don't know: the passages don't answer this question.",
  citations: [],
};

/**
 * Answers with sentences of the passages, each followed by its passage's id in brackets, or says that it doesn't know. A word
 * weighs the more the fewer sentences have it. `chance` is null at temperature 0; above, a runner-up may take a place.
 */
export function readPassages(parts: PromptParts, chance: (() => boolean) | null): Reading {
  const wanted = new Set(contentWords(parts.question ?? ""));
  const sentences = parts.passages.flatMap(({ id, text }) =>
    sentencesOf(text).map((sentence) => ({ passage: id, text: sentence, words: new Set(contentWords(sentence)) })),
  );
  const weightOf = (word: string) =>
    Math.log(1 + (sentences.length + 1) / (1 + sentences.filter(({ words }) => words.has(word)).length));
  const weights = new Map([...wanted].map((word) => [word, weightOf(word)]));
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  if (total === 0 || sentences.length === 0) return REFUSAL;

  const share = (words: ReadonlySet<string>) =>
    [...weights].reduce((sum, [word, weight]) => sum + (words.has(word) ? weight : 0), 0) / total;
  const passageShare = new Map(parts.passages.map(({ id, text }) => [id, share(new Set(contentWords(text)))] as const));
  const candidates: Candidate[] = sentences.flatMap(({ passage, text, words }, at) => {
    const alone = share(words);
    const score = 0.7 * alone + 0.3 * (passageShare.get(passage) ?? 0);
    return alone >= ENOUGH_ALONE && score >= ENOUGH ? [{ passage, text, score, at }] : [];
  });
  candidates.sort((a, b) => b.score - a.score || a.at - b.at);
  return compose(choose(candidates, chance));
}

/** The best sentences, no text twice, in the order of the passages. The second and third must be nearly as good. */
function choose(candidates: readonly Candidate[], chance: (() => boolean) | null): Candidate[] {
  const distinct = candidates.filter(({ text }, at) => candidates.findIndex((other) => other.text === text) === at);
  const from = chance?.() === true && distinct.length > 1 ? distinct.slice(1) : distinct;
  const best = from[0]?.score ?? 0;
  return from
    .filter(({ score }) => score >= 0.8 * best)
    .slice(0, MOST_SENTENCES)
    .sort((a, b) => a.at - b.at);
}

function compose(chosen: readonly Candidate[]): Reading {
  if (chosen.length === 0) return REFUSAL;
  const text = chosen.map(({ text, passage }) => `${/[.!?:]$/.test(text) ? text : `${text}.`} [${passage}]`).join(" ");
  return { text, citations: [...new Set(chosen.map(({ passage }) => passage))] };
}
