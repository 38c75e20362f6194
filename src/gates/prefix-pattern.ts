/** How the configured ingestion prefix is asked for in SQL; `operand` is the query's parameter. */
export type PrefixPattern =
  | { readonly kind: "literal"; readonly operand: string; readonly characters: readonly [number, number] }
  | { readonly kind: "regex"; readonly operand: string }
  | { readonly kind: "unusable"; readonly why: string };

/** White space of any script, and characters that nobody sees: U+FEFF (a byte order mark) and the zero-width ones. */
export const BLANKS =
  "\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u200c\u200d" +
  "\u2028\u2029\u202f\u205f\u2060\u3000\ufeff";

/** A text without blanks in front. */
function withoutBlanks(text: string): string {
  const at = [...text].findIndex((char) => !BLANKS.includes(char));
  return at === -1 ? "" : [...text].slice(at).join("");
}

const META = /[\\^$.[\]|()?*+{}]/;

/**
 * Reads the pattern of `retrieval.prefix`: a Postgres regular expression, matched at the beginning of the text whether or
 * not it says `^`. A plain text is compared as such, which reads only the first bytes of each value; `characters` are its
 * own and those that are left of it without blanks in front.
 */
export function readPrefixPattern(pattern: string): PrefixPattern {
  const literal = literalOf(pattern.startsWith("^") ? pattern.slice(1) : pattern);
  if (literal === "") return { kind: "unusable", why: "it is empty and would match every text" };
  if (literal !== null) {
    const bare = withoutBlanks(literal);
    if (bare === "") return { kind: "unusable", why: "it is nothing but white space, which is no prefix" };
    return { kind: "literal", operand: literal, characters: [[...literal].length, [...bare].length] };
  }
  if (pattern.startsWith("***")) return { kind: "unusable", why: "it begins with ***, which can't be anchored" };
  // Embedded options count only at the very beginning, so they stay in front of the anchor.
  const options = /^\(\?([a-z]+)\)/.exec(pattern);
  const letters = options?.[1] ?? "";
  if (/[^cimnpst]/.test(letters)) return { kind: "unusable", why: `the option "${letters}" can't be anchored` };
  const front = options?.[0] ?? "";
  // \A and not ^: with the options m, n, w a ^ would also match behind every line break.
  return { kind: "regex", operand: `${front}\\A(?:${pattern.slice(front.length)})` };
}

/** The text a pattern without any special meaning stands for (`Dokument\.: ` too), or null. */
function literalOf(pattern: string): string | null {
  let text = "";
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern.charAt(at);
    if (char === "\\") {
      const escaped = pattern.charAt(at + 1);
      // Before a letter or digit a backslash has a meaning of its own.
      if (escaped === "" || /[A-Za-z0-9]/.test(escaped)) return null;
      text += escaped;
      at++;
    } else if (META.test(char)) {
      return null;
    } else {
      text += char;
    }
  }
  return text;
}
