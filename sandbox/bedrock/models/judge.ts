import type { PromptParts } from "#sandbox/bedrock/models/prompt-parts";
import { isNegated, numbersIn, sentencesOf, topicWords } from "#sandbox/bedrock/models/sentences";

export type Claim = { readonly subject: string; readonly predicate: string; readonly object: string };
export const LABELS = ["Entailment", "Neutral", "Contradiction"] as const;
export type Label = (typeof LABELS)[number];

const VERB =
  /^(?:is|are|was|were|be|can|cannot|could|may|must|should|will|would|has|have|had|does|do|did|needs?|takes?|lasts?|stays?|keeps?|ends?|starts?|begins?|uses?|requires?|allows?|contains?|includes?|sends?|shows?|costs?|gets?|gives?|makes?|works?|expires?|\p{L}+n['’]t)$/iu;

/** Share of a claim's words that a reference must hold for the two to be about the same thing. */
const SAME_TOPIC = 0.6;
const ENTAILED = 0.75;

/** One (subject, predicate, object) per sentence of the answer, split at its first verb. "I don't know" claims nothing. */
export function extractClaims(parts: PromptParts): Claim[] {
  const answer = (parts.answer ?? "").replace(/\s*\[[^[\]]*\]/g, "");
  if (/^\s*i (?:don['’]t|do not|cannot|can['’]t) (?:know|answer|say)\b/i.test(answer)) return [];
  return sentencesOf(answer)
    .flatMap((sentence) => sentence.split(/[;:]\s+|,\s+(?:but|while)\s+/))
    .map((sentence) => sentence.replace(/[.!?]+$/, "").trim())
    .flatMap((sentence) => {
      const claim = split(sentence.split(/\s+/));
      return claim === null ? [] : [claim];
    });
}

function split(words: readonly string[]): Claim | null {
  if (words.length < 2) return null;
  const found = words.findIndex((word, at) => at > 0 && VERB.test(word));
  const verb = found === -1 ? 1 : found;
  const end = /^(?:not|never|no)$/i.test(words[verb + 1] ?? "") ? verb + 2 : verb + 1;
  return {
    subject: words.slice(0, verb).join(" "),
    predicate: words.slice(verb, end).join(" "),
    object: words.slice(end).join(" ") || "true",
  };
}

/**
 * A claim against a reference, by its words alone: the sentence (or two neighbours) that shares most of the claim's words
 * decides. Another number or an opposite negation there is a contradiction. Nothing that either text *says to do* has a
 * meaning here.
 */
export function checkClaim(claim: string, reference: string): Label {
  const wanted = topicWords(claim);
  if (wanted.size === 0) return "Neutral";
  const best = closest(claim, wanted, reference);
  if (best.share < SAME_TOPIC) return "Neutral";
  if (best.strange > 0) return numbersIn(best.text).size > 0 ? "Contradiction" : "Neutral";
  if (best.share < ENTAILED) return "Neutral";
  return isNegated(claim) === isNegated(clausesAbout(wanted, best.text)) ? "Entailment" : "Contradiction";
}

type Window = { readonly text: string; readonly share: number; readonly strange: number };

/**
 * The sentence, or two neighbours, with the most of the claim's words; of equal ones the one that lacks the fewest of its numbers,
 * and of these a sentence before two.
 */
function closest(claim: string, wanted: ReadonlySet<string>, reference: string): Window {
  const sentences = sentencesOf(reference);
  const pairs = sentences.slice(1).map((next, at) => `${sentences[at]} ${next}`);
  const numbers = [...numbersIn(claim)];
  let best: Window = { text: "", share: 0, strange: numbers.length };
  for (const text of [...sentences, ...pairs]) {
    const [words, said] = [topicWords(text), numbersIn(text)];
    const share = [...wanted].filter((word) => words.has(word)).length / wanted.size;
    const strange = numbers.filter((number) => !said.has(number)).length;
    if (share > best.share || (share === best.share && strange < best.strange)) best = { text, share, strange };
  }
  return best;
}

/** Those clauses of a text that share a word with the claim: a "not" in another one denies something else. */
function clausesAbout(wanted: ReadonlySet<string>, text: string): string {
  return text
    .split(/[;:,.]\s+/)
    .filter((clause) => [...topicWords(clause)].some((word) => wanted.has(word)))
    .join(", ");
}
