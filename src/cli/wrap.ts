/** What a terminal shows without breaking lines on its own. */
export const COLUMNS = 100;

/**
 * Breaks a text at spaces into lines of at most `width` letters; a word that is longer stands alone. The first line
 * begins with `first`, the others with as many spaces as `first` has letters (or with `hang` of them).
 */
export function wrap(first: string, text: string, hang: number = first.length, width: number = COLUMNS): string[] {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.split(/\s+/).filter((each) => each !== "")) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = " ".repeat(hang);
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line.trimEnd()];
}
