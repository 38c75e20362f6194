import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { configCheck } from "#src/cli/config-check";
import { runCommandLine } from "#src/cli/program";
import { readSopCard, readSopCards } from "#src/config/read-sop-cards";
import { chooseCards } from "#src/operations/sop/choose-cards";
import { fillCard, PLACEHOLDERS, unknownPlaceholders } from "#src/operations/sop/placeholders";
import { CAUSES } from "#src/operations/triage/causes";
import { records, triaged, type Went } from "#test/operations-weekly/traced";

const SHIPPED = fileURLToPath(new URL("../../configs/", import.meta.url));
const ROLES = ["on-call", "ml-lead"];

const CARD = `---
id: my-card
title: "{{metric}} is low"
cause: retrieval
severity: high
owner: on-call
steps:
  - id: look
    title: Look at {{worst_cases}}
    kind: command
    command: golive eval report {{evaluation}} --out report.html
---
It is {{value}}.
`;
const read = (text: string) => readSopCard("sop/my-card.md", "my-card.md", text, ROLES);
const problemsOf = (text: string) => {
  const found = read(text);
  return "problems" in found
    ? found.problems.map(({ line, path, found: what, expected }) => ({ line, path, what, expected }))
    : [];
};

describe("a card", () => {
  it("is read with its steps and its text", () => {
    expect(read(CARD)).toEqual({
      card: {
        id: "my-card",
        title: "{{metric}} is low",
        cause: "retrieval",
        signs: [],
        metrics: [],
        severity: "high",
        owner: "on-call",
        body: "It is {{value}}.",
        steps: [
          {
            id: "look",
            title: "Look at {{worst_cases}}",
            kind: "command",
            command: "golive eval report {{evaluation}} --out report.html",
          },
        ],
      },
    });
  });

  it("may have Windows' line ends and a byte order mark", () => {
    expect(read(`\uFEFF${CARD.replaceAll("\n", "\r\n")}`)).toEqual(read(CARD));
  });

  it.each([
    ["no front matter", "# Hello", { line: 1, what: "no front matter", expected: "`---` as the first line" }],
    ["no end of it", "---\nid: my-card\n", { line: 1, what: "front matter without an end" }],
    ["an empty file", "", { line: 1, what: "no front matter" }],
    ["YAML that is none", CARD.replace("severity: high", "severity: [high"), { path: "" }],
    [
      "a wrong cause",
      CARD.replace("cause: retrieval", "cause: bad-luck"),
      { line: 4, path: "cause", what: '"bad-luck"' },
    ],
    ["an unknown key", CARD.replace("severity:", "urgency: 1\nseverity:"), { line: 5, what: 'unknown key "urgency"' }],
    ["no steps", CARD.replace(/steps:[\s\S]*html\n/, "steps: []\n"), { line: 7, path: "steps" }],
    ["another name than its file's", CARD.replace("id: my-card", "id: your-card"), { line: 2, path: "id" }],
    ["an owner that is no role", CARD.replace("owner: on-call", "owner: nobody"), { line: 6, path: "owner" }],
    ["a command step without one", CARD.replace(/ {4}command: .*\n/, ""), { line: 8, path: "steps[0]" }],
    ["a manual step with one", CARD.replace("kind: command", "kind: manual"), { line: 11, path: "steps[0].command" }],
    [
      "two steps of one name",
      CARD.replace("steps:\n", "steps:\n  - { id: look, title: Look, kind: manual }\n"),
      { line: 9, path: "steps[1].id" },
    ],
    [
      "a sign of another cause",
      CARD.replace("severity:", "signs: [made-up]\nseverity:"),
      { line: 5, path: "signs[0]" },
    ],
    ["an unknown placeholder in the title", CARD.replace("{{metric}}", "{{metrik}}"), { line: 3, path: "title" }],
    ["one in a command", CARD.replace("{{evaluation}}", "{{eval}}"), { line: 11, path: "steps[0].command" }],
    [
      "one in the text",
      CARD.replace("It is {{value}}", "First.\n\nIt is {{ val }}"),
      { line: 15, what: 'unknown placeholder "val"' },
    ],
    ["one that reaches into plain objects", CARD.replace("{{value}}", "{{constructor}}"), { line: 13 }],
    ["no text", CARD.replace("It is {{value}}.\n", " \n"), { line: 13, expected: "1 to 2000" }],
    ["more text than a message takes", `${CARD}${"word ".repeat(500)}`, { expected: "1 to 2000" }],
  ])("with %s is refused with line and expectation", (_, text, expected) => {
    const [first] = problemsOf(text);
    expect(first).toMatchObject(expected);
    expect(`${first?.what}${first?.expected}`).not.toBe("");
  });
});

describe("the folder", () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "golive-sop-"));
    await cp(SHIPPED, dir, { recursive: true });
  });
  afterAll(() => rm(dir, { recursive: true }));

  it("that is shipped has a right card for every cause, two for retrieval", async () => {
    const { cards, problems } = await readSopCards(SHIPPED, null);
    expect(problems).toEqual([]);
    for (const cause of CAUSES) expect(cards.filter((card) => card.cause === cause).length).toBeGreaterThan(0);
    expect(cards.filter(({ cause }) => cause === "retrieval").length).toBeGreaterThan(1);
  });

  it("names every placeholder in its README", async () => {
    const text = await readFile(join(SHIPPED, "sop", "README.md"), "utf8");
    for (const name of Object.keys(PLACEHOLDERS)) expect(text).toContain(`{{${name}}}`);
    expect(unknownPlaceholders(text)).toEqual([]);
  });

  it("with a broken card gives the others, and `config check` names file, line and expectation", async () => {
    const all = await readSopCards(dir, null);
    await writeFile(join(dir, "sop", "broken.md"), CARD.replace("id: my-card", "id: broken").replace("high", "huge"));
    const { cards, problems } = await readSopCards(dir, null);
    expect(cards).toEqual(all.cards);
    expect(problems).toHaveLength(1);
    const said: string[] = [];
    expect(await configCheck(dir, (text) => said.push(text))).toBe(2);
    expect(said.join("")).toContain(
      `${join(dir, "sop", "broken.md")}:5 severity: "huge"; expected one of high, medium, low`,
    );
    const json: string[] = [];
    expect(await configCheck(dir, (text) => json.push(text), { json: true })).toBe(2);
    expect(JSON.parse(json.join(""))).toMatchObject({ ok: false, problems: [{ line: 5, path: "severity" }] });
  });

  it("is listed and checked on the command line", async () => {
    const run = async (...words: string[]) => {
      const out: string[] = [];
      const err: string[] = [];
      const code = await runCommandLine(words, {
        out: (text) => void out.push(text),
        err: (text) => void err.push(text),
        env: {},
        stopSignal: () => new Promise(() => {}),
        inputClosed: () => new Promise(() => {}),
      });
      return { code, out: out.join(""), err: err.join("") };
    };
    const listed = await run("sop", "list", dir);
    expect(listed).toMatchObject({ code: 0, err: expect.stringContaining("broken.md:5") });
    expect(listed.out).toContain("gold-not-retrieved: The search no longer finds");
    expect(JSON.parse((await run("sop", "list", dir, "--json")).out).cards).toHaveLength(7);
    expect((await run("sop", "list", "--signs")).out).toContain("made-up                  generation");
    expect(await run("sop", "check", dir)).toMatchObject({ code: 2, out: expect.stringContaining("1 problem") });
    expect(await run("sop", "check", SHIPPED)).toMatchObject({ code: 0, out: "7 SOP cards are right.\n" });
    expect(JSON.parse((await run("sop", "check", dir, "--json")).out)).toMatchObject({ ok: false });
  });

  it("that isn't there has no cards and no problem; a directory in place of a card is one", async () => {
    const empty = join(dir, "empty");
    await mkdir(empty);
    expect(await readSopCards(empty, null)).toEqual({ cards: [], problems: [] });
    await mkdir(join(empty, "sop", "folder.md"), { recursive: true });
    expect((await readSopCards(empty, null)).problems[0]?.found).toMatch(/not a file|EISDIR/);
  });
});

describe("choosing and filling", () => {
  const N = 60;
  const lost = (bad: number, how: Went) =>
    triaged(
      records(N, (at) => (at < bad ? how : {})),
      records(N),
    );
  const shipped = () => readSopCards(SHIPPED, null);

  it.each([
    [{ gold: "missing", answer: "made-up" }, ["gold-not-retrieved"]],
    [{ gold: "found", answer: "noise" }, ["gold-lost-before-reader"]],
    [{ answer: "half" }, ["reader-lost-it"]],
    [{ answer: "made-up" }, ["reader-made-it-up"]],
    [{ failed: "timeout" }, ["answers-missing"]],
  ] as const)("takes for %j the card %j", async (how, expected) => {
    const { chosen, without } = chooseCards((await shipped()).cards, await lost(16, how));
    expect(chosen.map(({ card }) => card.id)).toEqual(expected);
    expect(without).toEqual([]);
  });

  it("takes another card of a cause from a quarter of its cases on, not for a few", async () => {
    const mixed = async (madeUp: number) => {
      const now = records(N, (at) => (at < madeUp ? { answer: "made-up" } : at < 16 ? { answer: "half" } : {}));
      return chooseCards((await shipped()).cards, await triaged(now, records(N))).chosen.map(({ card }) => card.id);
    };
    expect(await mixed(2)).toEqual(["reader-lost-it"]);
    expect(await mixed(6)).toEqual(["reader-lost-it", "reader-made-it-up"]);
  });

  it("takes one of each of two causes that nothing separates, as not clear", async () => {
    const mixed = records(N, (at) =>
      at < 9 ? { gold: "missing", answer: "made-up" } : at < 17 ? { answer: "made-up" } : {},
    );
    const found = await triaged(mixed, records(N));
    const unsure = { ...found, causes: [] };
    const { chosen } = chooseCards((await shipped()).cards, unsure);
    expect(chosen.map(({ card, sure }) => [card.id, sure])).toEqual([
      ["gold-not-retrieved", "unclear"],
      ["reader-made-it-up", "unclear"],
    ]);
  });

  it("says which cause has no card, and takes nothing for nothing", async () => {
    const cards = (await shipped()).cards.filter(({ cause }) => cause !== "generation");
    expect(chooseCards(cards, await lost(16, { answer: "half" }))).toEqual({ chosen: [], without: ["generation"] });
    expect(chooseCards(cards, await lost(0, {}))).toEqual({ chosen: [], without: [] });
  });

  it("that is shipped holds a value against what there is, and never against no baseline in the baseline", async () => {
    for (const card of (await shipped()).cards) {
      expect(card.body).not.toMatch(/\{\{(baseline|bar)\}\}/);
    }
  });

  it("puts values in as one line of plain text", () => {
    const found = read(CARD);
    if (!("card" in found)) throw new Error("the card is right");
    const blank = Object.fromEntries(Object.keys(PLACEHOLDERS).map((key) => [key, ""]));
    const filling = {
      ...blank,
      metric: "f1",
      value: ["a", "# heading", `\`\`\`${"x".repeat(400)}`].join("\n"),
      worst_cases: "c1, c2",
    };
    const filled = fillCard(found.card, filling as Parameters<typeof fillCard>[1], "sure");
    expect(filled.title).toBe("f1 is low");
    expect(filled.steps[0]?.title).toBe("Look at c1, c2");
    expect(filled.body).toMatch(/^It is a # heading '''x+…\.$/);
    expect(filled.body.length).toBeLessThan(320);
  });
});
