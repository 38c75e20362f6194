import type { Token } from "#test/architecture/tokens";

/** One way in which a module asks for another. `specifier` null: computed at run time, nobody can tell what it is. */
export type ModuleRequest = {
  readonly specifier: string | null;
  readonly typeOnly: boolean;
  /** What is taken: names, `default`, `*` for the whole namespace (also of `export *` and `import()`); [] for effects only. */
  readonly names: readonly string[];
};

/** Every static import, re-export, dynamic import, import type and require of a module. */
export function findRequests(tokens: readonly Token[]): ModuleRequest[] {
  const requests: ModuleRequest[] = [];
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== "word" || isProperty(tokens, index)) continue;
    const request =
      token.text === "import" ? readImport(tokens, index) : token.text === "export" ? readExport(tokens, index) : null;
    if (request !== null) requests.push(request);
    if (token.text === "require" && is(tokens[index + 1], "(")) requests.push(readCall(tokens, index));
  }
  return requests;
}

function isProperty(tokens: readonly Token[], index: number): boolean {
  // `...import(x)` spreads: only a single dot makes a property.
  return is(tokens[index - 1], ".") && !is(tokens[index - 2], ".");
}

function is(token: Token | undefined, text: string): boolean {
  return token !== undefined && token.text === text && (token.kind === "punctuation" || token.kind === "word");
}

function readImport(tokens: readonly Token[], index: number): ModuleRequest | null {
  const next = tokens[index + 1];
  if (is(next, "(")) return readCall(tokens, index);
  if (is(next, ".")) return null; // import.meta
  if (next?.kind === "string") return { specifier: next.text, typeOnly: false, names: [] };
  // `import type from "x"` takes a default called `type`.
  const second = tokens[index + 2];
  const typed = is(next, "type") && !(is(second, "from") && tokens[index + 3]?.kind === "string") && !is(second, ",");
  return readClause(tokens, index + (typed ? 2 : 1), typed);
}

function readExport(tokens: readonly Token[], index: number): ModuleRequest | null {
  const typed = is(tokens[index + 1], "type") && (is(tokens[index + 2], "{") || is(tokens[index + 2], "*"));
  const start = index + (typed ? 2 : 1);
  return is(tokens[start], "{") || is(tokens[start], "*") ? readClause(tokens, start, typed) : null;
}

/** From after `import`/`export` (and `type`) to the specifier; null when there is no `from`, as in `export { a }`. */
function readClause(tokens: readonly Token[], start: number, typed: boolean): ModuleRequest | null {
  const names: string[] = [];
  let values = false;
  let at = start;
  while (at < tokens.length) {
    const token = tokens[at];
    if (is(token, "from") && tokens[at + 1]?.kind === "string") {
      return { specifier: tokens[at + 1]?.text ?? null, typeOnly: typed || !values, names };
    }
    if (is(token, "{")) {
      const close = tokens.findIndex((each, index) => index > at && is(each, "}"));
      if (close < 0) return null;
      for (const part of splitAtCommas(tokens.slice(at + 1, close))) {
        // `{ type A }` is a type; `{ type }` and `{ type as x }` take a value called `type`.
        const isType = is(part[0], "type") && part[1] !== undefined && !(is(part[1], "as") && part.length === 3);
        const name = part[isType ? 1 : 0]?.text;
        if (name !== undefined) names.push(name);
        values ||= name !== undefined && !isType;
      }
      at = close + 1;
    } else if (is(token, "*")) {
      names.push("*");
      values = true;
      at += is(tokens[at + 1], "as") ? 3 : 1;
    } else if (is(token, ",")) at += 1;
    else if (token?.kind === "word") {
      names.push("default");
      values = true;
      at += 1;
    } else return null;
  }
  return null;
}

function splitAtCommas(tokens: readonly Token[]): Token[][] {
  const parts: Token[][] = [[]];
  for (const token of tokens) {
    if (is(token, ",")) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts.filter((part) => part.length > 0);
}

/** `import("x")` (as a value or as a type: the tokens are the same) and `require("x")`. */
function readCall(tokens: readonly Token[], index: number): ModuleRequest {
  const argument = tokens[index + 2];
  const literal = argument?.kind === "string" || (argument?.kind === "template" && /^`[^`]*`$/.test(argument.text));
  const ends = is(tokens[index + 3], ")") || is(tokens[index + 3], ",");
  if (!literal || !ends || argument === undefined) return { specifier: null, typeOnly: false, names: ["*"] };
  const specifier = argument.kind === "template" ? argument.text.slice(1, -1) : argument.text;
  return { specifier, typeOnly: false, names: ["*"] };
}
