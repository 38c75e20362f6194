import { type Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit } from "yaml";
import { type Path, type Problem, showValue } from "#src/config/problems";

/** A YAML file that was read: its plain value, and the line on which a path (or the nearest part of it) stands. */
export type YamlFile = { readonly value: unknown; lineOf(path: Path): number | null };

export type YamlResult =
  | { readonly ok: true; readonly yaml: YamlFile }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Reads YAML 1.2 with nothing that surprises: no duplicate keys, no anchors or aliases (they can explode, and hide what a
 * reviewer reads), no tags, one document per file. All syntax problems are returned together.
 */
export function parseYaml(file: string, text: string): YamlResult {
  const lines = new LineCounter();
  let document: Document.Parsed;
  try {
    document = parseDocument(text, {
      version: "1.2",
      uniqueKeys: true,
      strict: true,
      lineCounter: lines,
      prettyErrors: false,
    });
  } catch (error) {
    // The parser recurses: a file of brackets ends in a RangeError, which is the file's fault. Anything else is ours.
    if (!(error instanceof RangeError)) throw error;
    return { ok: false, problems: [{ file, line: null, path: "", found: "nested too deeply to read", expected: "" }] };
  }
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  const problems: Problem[] = [...document.errors, ...document.warnings].map((error) => ({
    file,
    line: lineAt(error.pos[0]),
    path: "",
    found: explain(error.code, error.message, text.slice(error.pos[0])),
    expected: "",
  }));
  problems.push(...findTraps(file, document, lineAt));
  if (problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    yaml: { value: document.toJS({ maxAliasCount: 0 }), lineOf: (path) => lineOf(document, path, lineAt) },
  };
}

/** What parses and yet isn't what a reviewer reads: references, and the key that plain objects swallow. */
function findTraps(file: string, document: Document.Parsed, lineAt: (offset: number) => number): Problem[] {
  const traps: Problem[] = [];
  visit(document, {
    Node: (key, node) => {
      const found =
        (isAlias(node) && `alias \`*${node.source}\``) ||
        (node.anchor && `anchor \`&${node.anchor}\``) ||
        (key === "key" && isScalar(node) && node.value === "__proto__" && "a key named `__proto__`");
      if (!found) return;
      const line = node.range ? lineAt(node.range[0]) : null;
      const expected = found.startsWith("a key") ? "another name" : "the value written out: references are refused";
      traps.push({ file, line, path: "", found, expected });
    },
  });
  return traps;
}

/** What the parser's codes mean to somebody who doesn't know its source. */
function explain(code: string, message: string, from: string): string {
  switch (code) {
    case "DUPLICATE_KEY":
      return `the key ${showValue(keyAt(from))} stands twice in one mapping`;
    case "TAB_AS_INDENT":
      return "a tab is used as indentation; use spaces";
    case "MULTIPLE_DOCS":
      return "more than one document in the file (`---`)";
    case "TAG_RESOLVE_FAILED":
      return "tags (`!…`) are refused";
    default:
      return message.charAt(0).toLowerCase() + message.slice(1);
  }
}

/** The key that a text begins with, without its quotes. */
function keyAt(text: string): string {
  const [, double, single, plain = ""] = /^(?:"([^"\n]*)"|'([^'\n]*)'|([^\n]*?))\s*(?::\s|:$|\n|$)/.exec(text) ?? [];
  return double ?? single ?? plain;
}

/** The line of the deepest part of `path` that exists: a missing key is reported where it is missing. */
function lineOf(document: Document.Parsed, path: Path, lineAt: (offset: number) => number): number | null {
  let node: unknown = document.contents;
  let at = isNode(node) && node.range ? node.range[0] : null;
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part));
      if (pair === undefined) break;
      if (isScalar(pair.key) && pair.key.range) at = pair.key.range[0];
      node = pair.value;
    } else if (isSeq(node) && typeof part === "number") {
      node = node.items[part];
      if (!isNode(node) || !node.range) break;
      at = node.range[0];
    } else break;
  }
  return at === null ? null : lineAt(at);
}
