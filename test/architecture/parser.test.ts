import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { findForbiddenGlobals, findProcessUse } from "#test/architecture/forbidden-globals";
import { readImportGraph } from "#test/architecture/import-graph";
import { findRequests } from "#test/architecture/module-requests";
import { tokenize } from "#test/architecture/tokens";

const root = fileURLToPath(new URL("../../", import.meta.url));
const requests = (source: string) => findRequests(tokenize(source));

describe("findRequests", () => {
  it.each([
    ["a named import", 'import { a, b as c } from "x";', [["x", false, ["a", "b"]]]],
    [
      "an import over several lines with comments",
      'import {\n  a, // "no"\n  /* from "y" */ b,\n}\n  from\n  "x"',
      [["x", false, ["a", "b"]]],
    ],
    ["a default and names", 'import d, { a } from "x";', [["x", false, ["default", "a"]]]],
    ["a namespace", 'import * as n from "x";', [["x", false, ["*"]]]],
    ["a default and a namespace", 'import d, * as n from "x";', [["x", false, ["default", "*"]]]],
    ["an import for its effects", 'import "x";', [["x", false, []]]],
    ["attributes", 'import d from "./x.json" with { type: "json" };', [["./x.json", false, ["default"]]]],
    ["a type import", 'import type { A } from "x";', [["x", true, ["A"]]]],
    ["a default type import", 'import type A from "x";', [["x", true, ["default"]]]],
    ["a type namespace", 'import type * as A from "x";', [["x", true, ["*"]]]],
    ["names that are all types", 'import { type A, type B as C } from "x";', [["x", true, ["A", "B"]]]],
    ["a type beside a value", 'import { type A, b } from "x";', [["x", false, ["A", "b"]]]],
    [
      "a value called type",
      'import type from "x"; import { type } from "y"; import { type as t } from "z";',
      [
        ["x", false, ["default"]],
        ["y", false, ["type"]],
        ["z", false, ["type"]],
      ],
    ],
    ["a re-export of names", 'export { a } from "x";', [["x", false, ["a"]]]],
    [
      "a re-export of everything",
      'export * from "x"; export * as n from "y";',
      [
        ["x", false, ["*"]],
        ["y", false, ["*"]],
      ],
    ],
    [
      "a re-export of types",
      'export type { A } from "x"; export type * from "y";',
      [
        ["x", true, ["A"]],
        ["y", true, ["*"]],
      ],
    ],
    [
      "a dynamic import",
      'const m = await import("x"); const n = import(`y`);',
      [
        ["x", false, ["*"]],
        ["y", false, ["*"]],
      ],
    ],
    [
      "a dynamic import that is computed",
      `await import(name); await import(\`./\${name}\`); await import('a' + b);`,
      [
        [null, false, ["*"]],
        [null, false, ["*"]],
        [null, false, ["*"]],
      ],
    ],
    ["an import type", 'type T = import("x").T;', [["x", false, ["*"]]]],
    ["require", 'const x = require("x");', [["x", false, ["*"]]]],
    [
      "an import inside a template literal's code",
      `const t = \`a \${await import("x")} b \${\`c \${import("y")}\`}\`;`,
      [
        ["x", false, ["*"]],
        ["y", false, ["*"]],
      ],
    ],
  ] as const)("sees %s", (_what, source, expected) => {
    expect(requests(source).map(({ specifier, typeOnly, names }) => [specifier, typeOnly, names])).toEqual(expected);
  });

  it.each([
    ["comments", '// import "a"\n/* import { b } from "b"; */'],
    ["strings and templates", 'const a = \'import "a"\'; const b = `import { c } from "c"`;'],
    ["regular expressions", 'const a = /import "a"/; const b = x / 2; const c = "/"; if (/[/"]/.test(c)) {}'],
    ["local exports", "const a = 1; export { a }; export type B = string; export const from = 'x';"],
    ["import.meta and methods called import", "const u = import.meta.url; loader.import('x'); loader.require('y');"],
  ])("sees none in %s", (_what, source) => {
    expect(requests(source)).toEqual([]);
  });

  it("throws on a file that it can't read, rather than calling it clean", () => {
    expect(() => tokenize("const a = `never closed ${1")).toThrow(/unclosed template/);
    expect(() => tokenize("const a = 'never closed\n")).toThrow(/unclosed string/);
  });

  it("finds in the whole repository whatever a plain search for lines finds", () => {
    const graph = readImportGraph(root, ["src", "commands", "sandbox", "test"]);
    let compared = 0;
    for (const module of graph.values()) {
      // This file's own strings hold imports that are none.
      if (module.path.startsWith("test/architecture/")) continue;
      const found = findRequests(module.tokens).map((request) => request.specifier);
      const source = readFileSync(join(root, module.path), "utf8");
      for (const line of source.matchAll(/^(?:import|export|\}).*? from "([^"]+)";$/gm)) {
        compared += 1;
        expect(found, module.path).toContain(line[1]);
      }
    }
    expect(compared).toBeGreaterThan(1000);
  });
});

describe("findForbiddenGlobals", () => {
  it.each([
    ["the clock", "const now = Date.now(); const d = new Date();", ["Date"]],
    ["chance", "Math.random()", ["Math.random"]],
    ["chance by another name", 'Math["random"]()', ["Math.random"]],
    ["chance taken apart", "const { random } = Math;", ["Math.random"]],
    ["the process", "process.env.X", ["process"]],
    ["timers", "setTimeout(f, 1)", ["setTimeout"]],
    ["a way around", 'globalThis["Date"]', ["globalThis"]],
    ["code inside a template", `\`\${Date.now()}\``, ["Date"]],
    ["a global passed on", "const later = on ? Date : null;", ["Date"]],
    ["shorthand", "const o = { process };", ["process"]],
    ["the module's address", "import.meta.url", ["import.meta"]],
  ])("sees %s", (_what, source, expected) => {
    expect(findForbiddenGlobals(tokenize(source))).toEqual(expected);
  });

  it("lets pass words, properties, keys and types of those names", () => {
    const source = `
      // Date, process, setTimeout
      const words = "Date.now() process";
      const text = \`<!date^1^{date}|Date>\`;
      type T = { readonly process: string; fetch?: number };
      const o = { process: 1, fetch: 2, x: event.Date };
      const max = Math.max(1, Math.floor(2));`;
    expect(findForbiddenGlobals(tokenize(source))).toEqual([]);
  });

  it("sees process.env and process.exit, also by way of node:process", () => {
    expect(findProcessUse(tokenize("process.env.A; process.memoryUsage()"), ["env", "exit"])).toEqual(["env"]);
    expect(findProcessUse(tokenize('import { exit } from "node:process";'), ["env", "exit"])).toEqual(["env", "exit"]);
  });
});
