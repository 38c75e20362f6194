/** Words that say how something is asked, not what: of English, the language of most question templates. */
const OF_THE_FORM = new Set(
  (
    "a an and any are as at be been but by can could did do does for from had has have how i if in into is it its may me my no not of on or our " +
    "should so than that the their them then there these they this to us was we were what when where which who why will with would you your " +
    "please tell explain describe list show give find get set use used using make create run work works configure install implement main key " +
    "purpose yes none true false"
  ).split(" "),
);

/** The different words that carry what a text is about. `common`: words that don't, in these texts. */
export function contentWords(words: readonly string[], common: ReadonlySet<string> = new Set()): Set<string> {
  return new Set(words.filter((word) => !OF_THE_FORM.has(word) && !common.has(word)));
}

const COMMON_SHARE = 0.05;
const COMMON_LEAST = 5;

/**
 * Words that stand in so many of these texts that they tell none of them apart: in more than a twentieth of all, and in more
 * than five. They are the house's own template ("What is the main purpose of 500_research/…?").
 */
export function commonWords(texts: readonly (readonly string[])[]): Set<string> {
  const counts = new Map<string, number>();
  for (const words of texts) for (const word of new Set(words)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const most = Math.max(COMMON_LEAST, texts.length * COMMON_SHARE);
  return new Set([...counts].flatMap(([word, count]) => (count > most ? [word] : [])));
}

const COMMON_BEGINNING = 4;

/** Whether two texts share what they are about: one content word, or the beginning of one (evals, evaluations). */
export function shareAWord(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  for (const word of a) if (b.has(word)) return true;
  const beginnings = new Set([...a].filter(isLong).map(beginning));
  return [...b].some((word) => isLong(word) && beginnings.has(beginning(word)));
}

const isLong = (word: string): boolean => word.length >= COMMON_BEGINNING;
const beginning = (word: string): string => word.slice(0, COMMON_BEGINNING);
