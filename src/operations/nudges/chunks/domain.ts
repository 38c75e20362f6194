/** What a document is made of: where one chunking suits it and another doesn't. */
export const DOMAINS = ["code", "prose", "mixed"] as const;
export type Domain = (typeof DOMAINS)[number];

/** Endings of files that are code from the first line to the last. */
const CODE_ENDING =
  /\.(?:c|cc|cpp|cs|css|go|h|hpp|java|js|jsx|json|kt|lua|php|pl|ps1|py|rb|rs|scala|sh|sql|swift|tf|toml|ts|tsx|xml|ya?ml)$/i;
/** A line that reads as code: it ends or begins as statements do, or assigns, calls or prompts. */
const CODE_LINE =
  /[;{}]\s*$|^\s*(?:[}\])]|\/\/|#!|\$ |import |from \S+ import|def |class |function |const |let |var |return\b|SELECT |INSERT |curl )|^\s*[\w.]+\s*=\s*\S|^\s*[\w.]+\(.*\)\s*$/;

const MOSTLY = 0.6;
const HARDLY = 0.15;

/**
 * By the ending of its path where that says code; else by how many of its letters stand in fenced blocks or in lines that read as code: 60 % or
 * more is `code`, 15 % or less `prose`, between them `mixed`. The same text has the same domain everywhere.
 */
export function domainOf(document: string, text: string): Domain {
  if (CODE_ENDING.test(document)) return "code";
  const share = codeShare(text);
  if (share >= MOSTLY) return "code";
  return share <= HARDLY ? "prose" : "mixed";
}

function codeShare(text: string): number {
  let [code, all] = [0, 0];
  let fenced = false;
  for (const line of text.split(/\r?\n/)) {
    const letters = line.trim().length;
    all += letters;
    const isFence = /^\s{0,3}(?:```|~~~)/.test(line);
    if (fenced || isFence || CODE_LINE.test(line)) code += letters;
    if (isFence) fenced = !fenced;
  }
  return all === 0 ? 0 : code / all;
}
