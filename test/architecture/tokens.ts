/** What is code in a source file: comments are gone, literals are single tokens. Offsets point into the source. */
export type Token = {
  readonly kind: "word" | "string" | "template" | "regex" | "number" | "punctuation";
  /** The word, the mark, or for a string its content without quotes. */
  readonly text: string;
  readonly at: number;
};

/** After these words a slash begins a regular expression, after other words it divides. */
const BEFORE_REGEX = new Set(
  "return typeof case in of do else void delete throw new await yield instanceof".split(" "),
);

/**
 * Splits TypeScript into tokens, as far as finding imports and globals needs it. A template literal is one token per
 * stretch of text; the code inside `${}` comes out as ordinary tokens. Throws on an unclosed literal: a file that is
 * misread must not pass for a clean one.
 */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  /** For each open template: how many braces are open inside its present `${`. */
  const templates: number[] = [];
  let at = 0;
  const push = (kind: Token["kind"], end: number, text = source.slice(at, end)) => {
    tokens.push({ kind, text, at });
    at = end;
  };
  const fail = (what: string): never => {
    throw new Error(`unclosed ${what} at offset ${at}`);
  };
  const readTemplate = () => {
    for (let end = at + 1; end < source.length; end += 1) {
      if (source[end] === "\\") end += 1;
      else if (source[end] === "`") return push("template", end + 1);
      else if (source[end] === "$" && source[end + 1] === "{") {
        templates.push(0);
        return push("template", end + 2);
      }
    }
    fail("template");
  };
  while (at < source.length) {
    const char = source[at] ?? "";
    if (/\s/.test(char)) at += 1;
    else if (source.startsWith("//", at) || source.startsWith("#!", at)) {
      const end = source.indexOf("\n", at);
      at = end < 0 ? source.length : end;
    } else if (source.startsWith("/*", at)) {
      const end = source.indexOf("*/", at + 2);
      at = end < 0 ? fail("comment") : end + 2;
    } else if (char === '"' || char === "'") {
      const end = closing(source, at, char);
      if (end === null) fail("string");
      else push("string", end, source.slice(at + 1, end - 1));
    } else if (char === "`") readTemplate();
    else if (/[\p{L}_$]/u.test(char)) push("word", endOf(source, at, /[\p{L}\p{N}_$]*/uy));
    else if (/[0-9]/.test(char)) push("number", endOf(source, at, /[\w.]*/y));
    else if (char === "/" && slashBeginsRegex(tokens.at(-1))) {
      const end = closingRegex(source, at);
      if (end === null) fail("regular expression");
      else push("regex", end);
    } else {
      const open = templates.at(-1);
      if (open !== undefined && char === "}" && open === 0) {
        templates.pop();
        readTemplate();
      } else {
        if (open !== undefined && char === "{") templates[templates.length - 1] = open + 1;
        if (open !== undefined && char === "}") templates[templates.length - 1] = open - 1;
        push("punctuation", at + 1);
      }
    }
  }
  if (templates.length > 0) fail("template");
  return tokens;
}

function endOf(source: string, at: number, pattern: RegExp): number {
  pattern.lastIndex = at;
  return at + Math.max(1, pattern.exec(source)?.[0].length ?? 1);
}

function closing(source: string, at: number, quote: string): number | null {
  for (let end = at + 1; end < source.length && source[end] !== "\n"; end += 1) {
    if (source[end] === "\\") end += 1;
    else if (source[end] === quote) return end + 1;
  }
  return null;
}

function closingRegex(source: string, at: number): number | null {
  let inClass = false;
  for (let end = at + 1; end < source.length && source[end] !== "\n"; end += 1) {
    if (source[end] === "\\") end += 1;
    else if (source[end] === "[") inClass = true;
    else if (source[end] === "]") inClass = false;
    else if (source[end] === "/" && !inClass)
      return endOf(source, end + 1, /[a-z]*/y) - (/[a-z]/.test(source[end + 1] ?? "") ? 0 : 1);
  }
  return null;
}

function slashBeginsRegex(before: Token | undefined): boolean {
  if (before === undefined) return true;
  if (before.kind === "word") return BEFORE_REGEX.has(before.text);
  return before.kind === "punctuation" && ![")", "]"].includes(before.text);
}
