const WORDS = new Set([
  "changeme",
  "change-me",
  "change_me",
  "fixme",
  "latest",
  "n/a",
  "placeholder",
  "tbd",
  "todo",
  "undefined",
  "unknown",
]);

/** A variable that nobody put a value for: no prompt consists of one. */
const UNFILLED = /^\$\{[^{}]*\}$/;

/** Whether a text is a word that nobody means as a value, wherever it stands: also `${VAR}`. */
export function isPlaceholderWord(text: string): boolean {
  const word = text.trim().toLowerCase();
  return WORDS.has(word) || /^(todo|tbd|fixme)\b/.test(word) || /^x{3,}$/.test(word) || UNFILLED.test(word);
}

/**
 * Whether a text only stands in for a value nobody filled in: also the empty text, `<model id>`, `{{var}}`.
 * Not for prompts and separators, where those are real values.
 */
export function isPlaceholder(text: string): boolean {
  const word = text.trim();
  if (word === "" || isPlaceholderWord(word)) return true;
  return /^<[^<>]*>$/.test(word) || /^\{\{[^{}]*\}\}$/.test(word);
}
