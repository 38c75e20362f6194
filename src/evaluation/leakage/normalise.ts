/**
 * A text as leakage compares it: NFKC, lower-case, markup and punctuation gone, one blank between words. Invisible characters
 * are taken out, not made blanks: a zero-width space inside a word doesn't hide it.
 */
export function normalise(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(INVISIBLE, "")
    .replace(TAG, " ")
    .replace(ENTITY, " ")
    .replace(LINK, "$1")
    .replace(NOT_IN_A_WORD, " ")
    .trim();
}

const INVISIBLE = /\p{Cf}/gu;
/** Only what looks like a tag: `a < b` and `x -> y` are no markup. */
const TAG = /<\/?[a-z][^<>]{0,500}>/g;
const ENTITY = /&(?:[a-z]{2,8}|#\d{1,7}|#x[\da-f]{1,6});/g;
/** `[text](address)` and `![text](address)`: the text is kept. */
const LINK = /!?\[([^[\]]{0,500})\]\([^()\s]{0,500}\)/g;
const NOT_IN_A_WORD = /[^\p{L}\p{M}\p{N}]+/gu;

/** A letter of a script that is written without blanks is a word by itself; else everything between blanks is. */
const WORD =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[^\s\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]+/gu;

/** The words of a normalised text. */
export const wordsOf = (normalised: string): string[] => normalised.match(WORD) ?? [];

const GRAM = 5;

/** All different runs of five characters of a normalised text; a text that is shorter has none. Characters are code points. */
export function charGrams(normalised: string): Set<string> {
  const grams = new Set<string>();
  if (BEYOND_THE_FIRST_PLANE.test(normalised)) {
    const characters = [...normalised];
    for (let at = 0; at + GRAM <= characters.length; at++) grams.add(characters.slice(at, at + GRAM).join(""));
  } else {
    for (let at = 0; at + GRAM <= normalised.length; at++) grams.add(normalised.slice(at, at + GRAM));
  }
  return grams;
}

/** Characters that a JavaScript string holds as two. */
const BEYOND_THE_FIRST_PLANE = /[\uD800-\uDFFF]/;
