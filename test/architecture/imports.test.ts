import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { readImportGraph } from "#test/architecture/import-graph";
import { describeBreach, findBreaches } from "#test/architecture/rules";

const root = fileURLToPath(new URL("../../", import.meta.url));
const FOLDERS = ["src", "commands", "sandbox"];

describe("this repository", () => {
  const graph = readImportGraph(root, FOLDERS);

  it("is really read: a check that sees no modules passes everything", () => {
    const count = (prefix: string) => [...graph.keys()].filter((path) => path.startsWith(prefix)).length;
    expect(count("src/release/")).toBeGreaterThan(30);
    expect(count("src/slack/blocks/")).toBeGreaterThan(15);
    expect(count("sandbox/")).toBeGreaterThan(50);
    expect([...graph.values()].flatMap((module) => module.imports).length).toBeGreaterThan(1000);
  });

  it("keeps every rule on the direction of imports", () => {
    expect(findBreaches(graph).map(describeBreach)).toEqual([]);
  });
});

const planted: string[] = [];
afterEach(() => {
  for (const dir of planted.splice(0)) rmSync(dir, { recursive: true });
});

/** A house that keeps all rules, with these files added or put in place of its own. */
function breachesWith(files: Readonly<Record<string, string>>): string[] {
  const house: Record<string, string> = {
    "package.json":
      '{"imports": {"#src/*": "./src/*.ts", "#commands/*": "./commands/*.ts", "#sandbox/*": "./sandbox/*.ts"}}',
    "src/release/decide.ts":
      'import { createHash } from "node:crypto";\nimport type { State } from "#src/release/state";\nexport const decide = (s: State) => createHash("sha256").update(s).digest("hex");',
    "src/release/state.ts": "export type State = string;",
    "src/release/use-cases/sign.ts":
      'import { decide } from "#src/release/decide";\nimport type { Journal } from "#src/journal/journal";\nexport const sign = (j: Journal) => j.at(Date.now(), decide);',
    "src/journal/journal.ts":
      'import type { State } from "#src/release/state";\nexport type Journal = { at(now: number, f: (s: State) => string): void };',
    "src/journal/pg-journal.ts": 'import { Pool } from "pg";\nexport const pool = () => new Pool();',
    "src/journal/journal-error.ts": "export class JournalError extends Error {}",
    "src/evaluation/metrics/mean.ts": "export const mean = (of: readonly number[]) => of.length;",
    "src/evaluation/results/open.ts": 'import { open } from "node:fs/promises";\nexport const file = open;',
    "src/slack/escape.ts": 'export const escape = (text: string) => text.replaceAll("<", "&lt;");',
    "src/slack/blocks/message.ts":
      'import type { KnownBlock } from "@slack/types";\nimport { escape } from "#src/slack/escape";\nexport const blocks = (text: string): KnownBlock[] => [escape(text)];',
    "src/slack/listeners/sign.ts":
      'import { sign } from "#src/release/use-cases/sign";\nimport { JournalError } from "#src/journal/journal-error";\nimport type { pool } from "#src/journal/pg-journal";\nexport const listener = () => sign;',
    "src/compose.ts":
      'import { pool } from "#src/journal/pg-journal";\nimport { listener } from "#src/slack/listeners/sign";\nexport const compose = () => [pool, listener];',
    "src/main.ts": 'import { compose } from "#src/compose";\ncompose();\nprocess.exit(Number(process.env.X));',
    "commands/golive.ts": 'import { sign } from "#src/release/use-cases/sign";\nexport const golive = sign;',
    "sandbox/rag/store.ts": 'import { Client } from "pg";\nexport const store = new Client();',
    "test/support/thing.ts": "export const thing = 1;",
    ...files,
  };
  const dir = mkdtempSync(join(tmpdir(), "golive-house-"));
  planted.push(dir);
  for (const [path, text] of Object.entries(house)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  return findBreaches(readImportGraph(dir, FOLDERS)).map(describeBreach);
}

/** What is planted, the files, and what the report must say. */
const PLANTED: readonly (readonly [what: string, files: Readonly<Record<string, string>>, report: string])[] = [
  [
    "a gate that asks a model past the one client, its limit and its audit",
    { "src/gates/x.ts": 'import { BedrockRuntimeClient } from "@aws-sdk/client-bedrock-runtime";' },
    "src/gates/x.ts → @aws-sdk/client-bedrock-runtime: the provider's own client",
  ],
  [
    "a pure rule that imports a driver",
    { "src/release/x.ts": 'import { Pool } from "pg";' },
    "src/release/x.ts → pg: not on the allow-list",
  ],
  [
    "a pure rule that reaches a driver through a module in between, where a rule per folder sees nothing",
    {
      "src/release/x.ts": 'import { mid } from "./y.ts";',
      "src/release/y.ts": 'export { mid } from "#src/slack/escape";',
      "src/slack/escape.ts": 'import "./mid.ts";',
      "src/slack/mid.ts": 'import "pg";',
    },
    "src/release/x.ts → src/release/y.ts → src/slack/escape.ts → src/slack/mid.ts: not on the allow-list",
  ],
  [
    "a file of the allow-list that turns impure",
    { "src/slack/escape.ts": 'import { get } from "node:http";\nexport const escape = get;' },
    "src/slack/blocks/message.ts → src/slack/escape.ts → node:http: not on the allow-list",
  ],
  [
    "a pure rule that takes a type only, and says so",
    { "src/release/x.ts": 'import type { Pool } from "pg";' },
    "src/release/x.ts → pg (types only): not on the allow-list",
  ],
  [
    "a pure rule that takes a value from a contract",
    { "src/release/x.ts": 'import { QUEUES } from "#src/journal/journal";' },
    "src/release/x.ts → src/journal/journal.ts: only types may be taken from it",
  ],
  [
    "a pure rule that takes chance from where it takes hashes",
    { "src/release/x.ts": 'import { createHash, randomUUID } from "node:crypto";' },
    "src/release/x.ts → node:crypto: only createHash may be taken from it, not randomUUID",
  ],
  [
    "a pure rule that imports everything of a module with chance in it",
    { "src/release/x.ts": 'import * as c from "node:crypto";' },
    "only createHash may be taken from it, not *",
  ],
  [
    "a pure rule that imports its own use case",
    { "src/release/x.ts": 'import { sign } from "#src/release/use-cases/sign";' },
    "src/release/x.ts → src/release/use-cases/sign.ts: not on the allow-list",
  ],
  [
    "a dynamic import in a pure rule",
    { "src/release/x.ts": 'export const x = () => import(\n  "pg"\n);' },
    "src/release/x.ts → pg: not on the allow-list",
  ],
  [
    "a computed import in a pure rule",
    { "src/release/x.ts": "export const x = (n: string) => import(n);" },
    "src/release/x.ts → (computed): a specifier that is computed",
  ],
  [
    "a re-export in a pure rule",
    { "src/release/x.ts": 'export * from\n  "../journal/pg-journal.ts";' },
    "src/release/x.ts → src/journal/pg-journal.ts: not on the allow-list",
  ],
  [
    "a pure rule that reads the clock",
    { "src/release/x.ts": "export const x = () => Date.now();" },
    "src/release/x.ts: uses Date",
  ],
  [
    "a block builder that throws dice",
    { "src/slack/blocks/x.ts": "export const x = () => Math.random();" },
    "src/slack/blocks/x.ts: uses Math.random",
  ],
  [
    "a timer in a file that pure rooms may import",
    { "src/slack/escape.ts": "export const escape = () => setTimeout(() => {}, 1);" },
    "src/slack/blocks/message.ts → src/slack/escape.ts: uses setTimeout",
  ],
  [
    "a metric that reads a file",
    { "src/evaluation/metrics/x.ts": 'export { file } from "#src/evaluation/results/open";' },
    "src/evaluation/metrics/x.ts → src/evaluation/results/open.ts: not on the allow-list",
  ],
  [
    "a leakage rule that throws dice",
    { "src/evaluation/leakage/x.ts": "export const x = () => Math.random();" },
    "src/evaluation/leakage/x.ts: uses Math.random",
  ],
  [
    "an oracle that reads the clock",
    { "src/evaluation/oracle/x.ts": "export const x = () => Date.now();" },
    "src/evaluation/oracle/x.ts: uses Date",
  ],
  [
    "a canary's test that reads the clock",
    { "src/canary/x.ts": "export const x = () => Date.now();" },
    "src/canary/x.ts: uses Date",
  ],
  [
    "a canary's verdict that reaches a driver",
    { "src/canary/x.ts": 'export { pool } from "#src/journal/pg-journal";' },
    "src/canary/x.ts → src/journal/pg-journal.ts: not on the allow-list",
  ],
  [
    "the product importing its sandbox",
    { "src/rag/x.ts": 'import { store } from "#sandbox/rag/store";' },
    "src/rag/x.ts → sandbox/rag/store.ts: imported from the product",
  ],
  [
    "a command importing its sandbox by a path",
    { "commands/x.ts": 'import { store } from "../sandbox/rag/store.ts";' },
    "commands/x.ts → sandbox/rag/store.ts: imported from the product",
  ],
  [
    "the product importing a type of its tests",
    { "src/rag/x.ts": 'import type { thing } from "../../test/support/thing.ts";' },
    "src/rag/x.ts → test/support/thing.ts (types only): imported from the product",
  ],
  [
    "the sandbox importing the product, if only a type",
    { "sandbox/x.ts": 'import type { State } from "#src/release/state";' },
    "sandbox/x.ts → src/release/state.ts (types only): imported from the sandbox",
  ],
  [
    "an adapter importing a listener",
    { "src/journal/x.ts": 'import { listener } from "#src/slack/listeners/sign";' },
    "src/journal/x.ts → src/slack/listeners/sign.ts: an outer room",
  ],
  [
    "a listener reaching the database past the use cases",
    {
      "src/slack/x.ts": 'export { pool } from "#src/journal/pg-journal";',
      "src/slack/listeners/x.ts": 'import { pool } from "#src/slack/x";',
    },
    "src/slack/listeners/x.ts → src/slack/x.ts → src/journal/pg-journal.ts: reached at run time",
  ],
  [
    "a command opening a database",
    { "commands/x.ts": 'import { Pool } from "pg";' },
    "commands/x.ts → pg: reached at run time",
  ],
  [
    "a use case opening a database in two steps",
    { "src/release/use-cases/x.ts": 'import { pool } from "#src/journal/pg-journal";' },
    "src/release/use-cases/x.ts → src/journal/pg-journal.ts → pg: reached at run time",
  ],
  [
    "a gate talking to Slack",
    { "src/gates/x.ts": 'import { WebClient } from "@slack/web-api";' },
    "src/gates/x.ts → @slack/web-api: reached at run time",
  ],
  [
    "a listener importing the composition root",
    { "src/slack/listeners/x.ts": 'import type { compose } from "#src/compose";' },
    "src/slack/listeners/x.ts → src/compose.ts (types only): the composition root",
  ],
  [
    "the environment read outside main",
    { "src/rag/x.ts": "export const url = process.env.URL;" },
    "src/rag/x.ts: uses process.env",
  ],
  [
    "an import of a file that isn't there",
    { "src/rag/x.ts": 'import { a } from "#src/rag/gone";' },
    "src/rag/x.ts → src/rag/gone.ts: no such file",
  ],
];

describe("the check of imports", () => {
  it("finds nothing in a house that keeps the rules", () => {
    expect(breachesWith({})).toEqual([]);
  });

  it.each(PLANTED)("reports %s", (_what, files, expected) => {
    const breaches = breachesWith(files);
    expect(breaches.join("\n")).toContain(expected);
    // One planted breach is reported once per rule that it breaks, not once per module that leads to it.
    expect(breaches.length).toBeLessThanOrEqual(2);
  });
});
