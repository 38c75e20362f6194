import type { Token } from "#test/architecture/tokens";

/** Ways out of a pure function: the clock, chance, the process, time, the network, and what reaches them by name. */
const FORBIDDEN = new Set(
  "Date Temporal performance process globalThis global self window eval Function require fetch crypto console setTimeout setInterval setImmediate queueMicrotask requestAnimationFrame WebSocket".split(
    " ",
  ),
);

/** Globals in this module that a pure room may not touch, each once. Properties and object keys of that name are fine. */
export function findForbiddenGlobals(tokens: readonly Token[]): string[] {
  const found = new Set<string>();
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== "word" || isProperty(tokens, index) || isKey(tokens, index)) continue;
    if (FORBIDDEN.has(token.text)) found.add(token.text);
    // `Math.max` is fine; `Math.random`, `Math["random"]` and `const { random } = Math` are not.
    if (token.text === "Math" && (!isMark(tokens[index + 1], ".") || tokens[index + 2]?.text === "random")) {
      found.add("Math.random");
    }
    if (token.text === "import" && isMark(tokens[index + 1], ".")) found.add("import.meta");
  }
  return [...found];
}

/** `process.env`, `process.exit` and their like in this module, also when imported from node:process. */
export function findProcessUse(tokens: readonly Token[], members: readonly string[]): string[] {
  return members.filter((member) =>
    tokens.some((token, index) => {
      if (token.kind === "string" && /^(node:)?process$/.test(token.text)) return true;
      return (
        token.kind === "word" &&
        token.text === "process" &&
        isMark(tokens[index + 1], ".") &&
        tokens[index + 2]?.text === member
      );
    }),
  );
}

function isMark(token: Token | undefined, text: string): boolean {
  return token?.kind === "punctuation" && token.text === text;
}

function isProperty(tokens: readonly Token[], index: number): boolean {
  return isMark(tokens[index - 1], ".") && !isMark(tokens[index - 2], ".");
}

/** `{ process: 1 }` and `type T = { readonly process?: string }`, but not the branch of `a ? Date : b`. */
function isKey(tokens: readonly Token[], index: number): boolean {
  const after = isMark(tokens[index + 1], "?") ? index + 2 : index + 1;
  if (!isMark(tokens[after], ":")) return false;
  const before = tokens[index - 1];
  return (
    isMark(before, "{") ||
    isMark(before, ",") ||
    isMark(before, ";") ||
    isMark(before, "(") ||
    before?.text === "readonly"
  );
}
