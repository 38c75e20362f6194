import { normalise } from "#src/evaluation/leakage/normalise";

/**
 * A normalised text without what hides a copy from a comparison and not from a reader: words broken at the end of a line are joined, accents of
 * Latin letters dropped, and Cyrillic and Greek letters that look like Latin ones taken for these: within a word that has Latin letters
 * too, or as a whole word of a text that is Latin otherwise. Text that is Russian or Greek stays as it is.
 */
export function comparable(text: string): string {
  const plain = normalise(text.replace(BROKEN_WORD, ""));
  return ASCII.test(plain) ? plain : withoutDisguise(plain);
}

const BROKEN_WORD = /(?<=\p{L})[-\u00ad\u2010][^\S\n]*\n\s*(?=\p{Ll})/gu;
const ASCII = /^[a-z0-9 ]*$/;
const ACCENTED = /(\p{Script=Latin})[\u0300-\u036f]+/gu;
const LATIN = /\p{Script=Latin}/u;
const OTHER = /[\p{Script=Cyrillic}\p{Script=Greek}]/u;

function withoutDisguise(plain: string): string {
  const words = plain
    .normalize("NFD")
    .split(" ")
    .map((word) => (LATIN.test(word) && OTHER.test(word) ? asLatin(word) : word));
  // A word that is Russian or Greek for sure, and whatever stands beside it may be so too.
  const isLatin = words.some((word) => LATIN.test(word)) && words.every((word) => !OTHER.test(word) || isAlike(word));
  return words
    .map((word) => (isLatin && OTHER.test(word) ? asLatin(word) : word))
    .join(" ")
    .replace(ACCENTED, "$1")
    .normalize("NFC");
}

/**
 * Small letters that are drawn like Latin ones, then those whose capitals are: texts come here in small letters. No Greek capitals: "10 μs" would
 * be "10 ms".
 */
const ALIKE = pairs("аaсcеeоoрpхxуyіiјjѕsԁdһhԛqԝwӏlοoνvαaρpυuιiκkϲcϳj");
const CAPITALS_ALIKE = pairs("вbнhкkмmтt");

function pairs(letters: string): ReadonlyMap<string, string> {
  const all = [...letters];
  return new Map(all.flatMap((letter, at) => (at % 2 === 0 ? [[letter, all[at + 1] ?? letter] as const] : [])));
}

const isAlike = (word: string): boolean => [...word].every((letter) => ALIKE.has(letter) || !OTHER.test(letter));

const asLatin = (word: string): string =>
  [...word].map((letter) => ALIKE.get(letter) ?? CAPITALS_ALIKE.get(letter) ?? letter).join("");
