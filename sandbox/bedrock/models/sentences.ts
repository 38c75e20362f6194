import { contentWords } from "#sandbox/rag/embed";

/** A line that begins something new; any other line goes on with the paragraph before it. */
const BEGINS = /^\s*(?:[-*+]\s|\d+[.)]\s|#{1,6}\s|\||```|>)/;

const HEADING = /^#{1,6}\s+/;
const LIST_ITEM = /^(?:[-*+]|\d+[.)])\s+/;

/** Sentences of a Markdown text, without the marks of lists and headings. A heading and a list's item are sentences too. */
export const sentencesOf = (text: string): string[] => blocksOf(text).flatMap(sentencesOfBlock);

/** A sentence that says something, and what it stands under: its heading, and the words that lead into a list. "" for nothing. */
export type Statement = { readonly under: string; readonly text: string };

/** The same without headings, which say nothing alone, and without the bare rows of tables. */
export function statementsOf(text: string): Statement[] {
  let heading = "";
  let leadIn = "";
  return blocksOf(text).flatMap((block) => {
    if (HEADING.test(block)) {
      [heading, leadIn] = [block.replace(HEADING, "").trim(), ""];
      return [];
    }
    if (block === "" || block.startsWith("|")) return [];
    const sentences = sentencesOfBlock(block);
    const isItem = LIST_ITEM.test(block);
    const under = isItem ? `${heading} ${leadIn}`.trim() : heading;
    if (!isItem) leadIn = sentences.at(-1) ?? "";
    return sentences.map((sentence) => ({ under, text: sentence }));
  });
}

function blocksOf(text: string): string[] {
  const blocks: string[] = [];
  let open = false;
  for (const line of text.split("\n")) {
    if (open && line.trim() !== "" && !BEGINS.test(line)) blocks.push(`${blocks.pop()} ${line.trim()}`);
    else blocks.push(line.trim());
    open = line.trim() !== "" && !/^\s*#{1,6}\s/.test(line);
  }
  return blocks;
}

const sentencesOfBlock = (block: string): string[] =>
  block
    .replace(LIST_ITEM, "")
    .replace(HEADING, "")
    .split(/(?<=[.!?]["”)]?)\s+(?=[\p{Lu}\p{N}"“([`])/u)
    .map((sentence) => sentence.trim())
    .filter((sentence) => /[\p{L}\p{N}]/u.test(sentence));

const NEGATION = /\b(?:not|no|never|none|nobody|nothing|neither|nor|without|cannot|\w+n['’]t)\b/giu;
const NUMBER_WORDS = "zero one two three four five six seven eight nine ten eleven twelve".split(" ");

export const isNegated = (text: string): boolean => (text.match(NEGATION)?.length ?? 0) % 2 === 1;

/** Numbers in digits or in words up to twelve, as a set of texts: "7", "2.5". */
export function numbersIn(text: string): Set<string> {
  const numbers = new Set(text.match(/\d+(?:[.,]\d+)*/g)?.map((digits) => digits.replaceAll(",", "")) ?? []);
  for (const word of text.toLowerCase().match(/\p{L}+/gu) ?? []) {
    const value = NUMBER_WORDS.indexOf(word);
    if (value >= 0) numbers.add(String(value));
  }
  return numbers;
}

/** Content words without negations and numbers, which are compared on their own. */
export function topicWords(text: string): Set<string> {
  const words = contentWords(text.replace(NEGATION, " "));
  return new Set(words.filter((word) => !/^\d/.test(word) && !NUMBER_WORDS.includes(word)));
}
