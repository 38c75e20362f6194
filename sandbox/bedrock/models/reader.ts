import type { PromptParts } from "#sandbox/bedrock/models/prompt-parts";
import { numbersIn, type Statement, statementsOf } from "#sandbox/bedrock/models/sentences";
import { contentWords } from "#sandbox/rag/embed";

export type Reading = { readonly text: string; readonly citations: readonly string[] };

/** Neighbouring sentences of one section of a passage. `share`: of the question's weight, 0 to 1. */
type Window = {
  readonly passage: string;
  readonly sentences: readonly string[];
  readonly text: string;
  readonly share: number;
  readonly score: number;
};

const ASKING = new Set(
  "any become contain fast get give happen had has have into long many may me mean more much my need now often our out put quickly say should soon support there they them then us use want we".split(
    " ",
  ),
);

/** How much of the question's weight the passage, and in it the sentences with their heading, must hold to count as an answer. */
const PASSAGE_HOLDS = 0.45;
const SENTENCES_HOLD = 0.34;
/** What a word weighs that only the heading of the sentences has. */
const IN_HEADING = 0.5;
/** A longer answer has to be worth its length. */
const PER_SENTENCE = 0.06;
const MOST_SENTENCES = 2;
const NEARLY_AS_GOOD = 0.95;

/** A question for an amount or a time is answered by a sentence with one. */
const ASKS_FOR_AMOUNT =
  /\b(?:how (?:long|many|much|fast|soon|quickly|large|big|often|far|old)|when|at which|limit|default|expiry)\b/i;
const UNIT = /\b(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|half|once|twenty|thousand|million)\b/i;
const AMOUNT = 0.15;

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
 * weighs the more the fewer passages have it; one that only the heading has counts half, and a heading is never quoted. `chance`
 * is null at temperature 0; above, a runner-up may take the first place.
 */
export function readPassages(parts: PromptParts, chance: (() => boolean) | null): Reading {
  const share = weigh(parts);
  const wantsAmount = ASKS_FOR_AMOUNT.test(parts.question ?? "");
  const worth = ({ text }: Window) => (wantsAmount && (numbersIn(text).size > 0 || UNIT.test(text)) ? AMOUNT : 0);
  const windows = parts.passages
    .filter(({ text }) => share(text) >= PASSAGE_HOLDS)
    .flatMap(({ id, text }) => windowsOf(id, statementsOf(text), share(text), share))
    .filter((window) => window.share >= SENTENCES_HOLD)
    .map((window) => ({ ...window, score: window.score + worth(window) }))
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

/** The share of the question's weight that a text holds, with what the heading above it adds. */
function weigh({ question, passages }: PromptParts): (text: string, under?: string) => number {
  const known = passages.map(({ text }) => stems(text));
  const weights = [...stems(question ?? "")].map((word): [word: string, weight: number] => {
    const having = known.filter((words) => words.has(word)).length;
    return [word, Math.log(1 + (known.length + 1) / (having + 1))];
  });
  const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
  return (text, under = "") => {
    const [words, above] = [stems(text), stems(under)];
    const counted = (word: string) => (words.has(word) ? 1 : above.has(word) ? IN_HEADING : 0);
    return total === 0 ? 0 : weights.reduce((sum, [word, weight]) => sum + counted(word) * weight, 0) / total;
  };
}

function windowsOf(
  passage: string,
  statements: readonly Statement[],
  passageShare: number,
  share: (text: string, under: string) => number,
): Window[] {
  return statements.flatMap(({ under }, at) =>
    Array.from({ length: Math.min(MOST_SENTENCES, statements.length - at) }, (_, more) => more)
      .filter((more) => statements[at + more]?.under === under)
      .map((more): Window => {
        const sentences = statements.slice(at, at + more + 1).map(({ text }) => text);
        const text = sentences.join(" ");
        const held = share(text, under);
        return { passage, sentences, text, share: held, score: held + 0.5 * passageShare - PER_SENTENCE * more };
      }),
  );
}

const closed = (sentence: string) => (/[.!?:]$/.test(sentence) ? sentence : `${sentence.replace(/[;,]$/, "")}.`);
