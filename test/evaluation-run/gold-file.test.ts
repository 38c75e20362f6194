import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ResultFileError } from "#src/evaluation/results/result-file-error";
import { readGold } from "#src/evaluation/run/gold-file";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "golive-gold-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let files = 0;
async function gold(content: string | Buffer) {
  const path = join(folder, `gold-${files++}.jsonl`);
  await writeFile(path, content);
  return readGold(path);
}

async function problem(content: string | Buffer): Promise<string> {
  try {
    await gold(content);
  } catch (error) {
    if (error instanceof ResultFileError) return error.message;
    throw error;
  }
  throw new Error("the file was taken");
}

const line = (changes: Record<string, unknown> = {}): string =>
  JSON.stringify({ id: "a", query: "How long?", gt_answer: "Seven days.", ...changes });

describe("a gold file", () => {
  it("is read under all the names that its fields have", async () => {
    const { questions } = await gold(
      [
        line({ query_id: "q", case_id: "c", id: "i" }),
        line({ id: undefined, case_id: 7, gt_answer: undefined, expected_answer: "Eight." }),
        line({ id: "r", gt_answer: undefined, response: "Nine.", tags: "billing", mode: "reader" }),
        line({ id: "l", query: undefined, question: "Who?", gt_answer: undefined, answers: ["Ann.", "Anna."] }),
        line({ id: "f", expected_files: ["a.md"], tags: ["x", "y"], gold_chunk_ids: ["k1"], gold_run_id: "run-1" }),
        line({ id: "t", quotes: [{ document: "a.md", quote: "seven days" }] }),
      ].join("\n"),
    );
    expect(questions.map(({ id }) => id)).toEqual(["q", "7", "r", "l", "f", "t"]);
    expect(questions.map(({ answer }) => answer)).toEqual([
      "Seven days.",
      "Eight.",
      "Nine.",
      "Ann.",
      "Seven days.",
      "Seven days.",
    ]);
    expect(questions[2]).toMatchObject({ tags: ["billing"], mode: "reader", expectedFiles: [], chunks: null });
    expect(questions[4]).toMatchObject({ expectedFiles: ["a.md"], chunks: { run: "run-1", ids: ["k1"] } });
    expect(questions[5]?.quotes).toEqual([{ document: "a.md", quote: "seven days" }]);
  });

  it("says which questions have no answer in the documents, and only they may lack one", async () => {
    const { questions } = await gold(
      [
        line({ id: "tag", tags: ["Negative"] }),
        line({ id: "category", category: "negatives" }),
        line({ id: "refusal", gt_answer: undefined, answers: ["I don't know.", "Not specified in documentation"] }),
        line({ id: "said", gt_answer: undefined, answerable: false }),
        line({ id: "said-not", gt_answer: "I don't know.", answerable: true }),
        line({ id: "plain" }),
        line({ id: "negative fact", gt_answer: "Refunds are not available after 30 days." }),
      ].join("\n"),
    );
    expect(questions.filter(({ answerable }) => !answerable).map(({ id }) => id)).toEqual([
      "tag",
      "category",
      "refusal",
      "said",
    ]);
  });

  it("has no tags and no files where those are empty", async () => {
    const { questions } = await gold(line({ tags: "", expected_files: "" }));
    expect(questions).toMatchObject([{ tags: [], expectedFiles: [] }]);
  });

  it("is the same cases with a byte order mark, with CRLF, and as an array", async () => {
    const lines = [line(), line({ id: "b", query: "Ünïcode \u{1F600}?" })];
    const { questions } = await gold(lines.join("\n"));
    for (const same of [
      `\uFEFF${lines.join("\r\n")}\r\n\r\n`,
      `[${lines.join(",\n")}]`,
      `{"results":[${lines.join(",")}]}`,
    ]) {
      expect((await gold(same)).questions).toEqual(questions);
    }
  });

  it.each([
    ["a missing answer", [line(), line({ id: "b", gt_answer: undefined })], /line 2: gt_answer: missing .*"b"/],
    ["an empty answer", [line(), line({ id: "b", gt_answer: "  " })], /line 2: gt_answer: missing .*"b"/],
    ["an answer that is no text", [line({ gt_answer: 7 })], /line 1: gt_answer: expected text/],
    ["a missing question", [line({ query: null })], /line 1: query: missing/],
    ["a missing id", [line({ id: undefined })], /line 1: id: missing/],
    ["an id twice", [line(), line({ id: "b" }), line()], /line 3: id "a" is already used on line 1/],
    ["a question of 1 MB", [line(), line({ id: "b", query: "x".repeat(1 << 20) })], /line 2: query: expected at most/],
    ["U+0000", [line({ query: "a\0b" })], /line 1: query: expected text without U\+0000/],
    ["half a character", [line({ gt_answer: "\ud800" })], /line 1: gt_answer: expected text without/],
    ["an empty id", [line({ id: "" })], /line 1: id: expected text that is not empty$/],
    ["an id that is a fraction", [line({ id: 1.5 })], /line 1: id: expected text, or a whole number$/],
    ["an id beyond what counts", [line({ id: 1e20 })], /line 1: id: expected text, or a whole number$/],
    ["U+0000 in the id", [line({ id: "a\0" })], /line 1: id: expected text without U\+0000/],
    ["U+0000 in a tag", [line({ tags: "a\0" })], /line 1: tags: expected text without U\+0000/],
    ["U+0000 in one of its tags", [line({ tags: ["x", "a\0"] })], /line 1: tags\.1: expected text without U\+0000/],
    [
      "half a character in a file",
      [line({ expected_files: ["\ud800"] })],
      /line 1: expected_files\.0: expected text w/,
    ],
    ["U+0000 in the mode", [line({ mode: "a\0" })], /line 1: mode: expected text without/],
    [
      "U+0000 in a chunk id",
      [line({ gold_run_id: "r", gold_chunk_ids: ["k\0"] })],
      /line 1: gold_chunk_ids\.0: expected text w/,
    ],
    ["U+0000 in the run", [line({ gold_run_id: "r\0" })], /line 1: gold_run_id: expected text without/],
    [
      "U+0000 in a quote",
      [line({ quotes: [{ document: "d", quote: "a\0" }] })],
      /line 1: quotes\.0\.quote: expected text without/,
    ],
    [
      "a quote without its document",
      [line({ quotes: [{ quote: "q" }] })],
      /line 1: quotes\.0\.document: expected text$/,
    ],
    ["a quote that is text", [line({ quotes: ["q"] })], /line 1: quotes\.0: expected a \{document, quote\}$/],
    ["an empty tag among others", [line({ tags: ["x", ""] })], /line 1: tags\.1: expected text that is not empty$/],
    ["a tag that is a number", [line({ tags: 7 })], /line 1: tags: expected text, or a list of texts$/],
    ["tags that are numbers", [line({ tags: [7] })], /line 1: tags[.0]*: expected text/],
    ["chunks without their run", [line({ gold_chunk_ids: ["k"] })], /line 1: gold_run_id: missing/],
    ["a line that is no object", [line(), '"text"'], /line 2: /],
    ["a line that is cut off", [line(), '{"id": "b", "query": "W'], /line 2: /],
    ["a line that is no JSON", [line(), "{id: b}"], /line 2: /],
  ])("with %s is refused, naming line and field", async (_, lines, message) => {
    expect(await problem(lines.join("\n"))).toMatch(message);
  });

  it("with invalid UTF-8 is refused, naming the line", async () => {
    const broken = Buffer.concat([
      Buffer.from(`${line()}\r\n{"id": "b", "query": "`),
      Buffer.from([0xff]),
      Buffer.from('"}'),
    ]);
    expect(await problem(broken)).toMatch(/line 2: .*UTF-8/);
  });

  it("tells all wrong lines at once, and takes none of the file", async () => {
    const said = await problem([line({ gt_answer: "" }), line({ id: "b" }), line({ id: "c", query: "" })].join("\n"));
    expect(said).toMatch(/^2 problems:\n {2}line 1: gt_answer: .*\n {2}line 3: query: /);
  });

  it("that is empty, or missing, or without cases is refused", async () => {
    expect(await problem("")).toMatch(/empty/);
    expect(await problem("[]")).toMatch(/no cases/);
    await expect(readGold(join(folder, "nowhere"))).rejects.toThrow("there is no such file");
  });
});
