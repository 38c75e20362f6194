import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openWindow, type ReadBytes } from "#src/evaluation/results/byte-window";
import { checkElement } from "#src/evaluation/results/check-element";
import { findLayout } from "#src/evaluation/results/find-layout";
import { arrayElements } from "#src/evaluation/results/json-parts";
import { openJson, parsePiece } from "#src/evaluation/results/json-reader";
import { type Rest, readElements } from "#src/evaluation/results/read-elements";
import { ResultFileError } from "#src/evaluation/results/result-file-error";
import { readsOf } from "#test/evaluation/bytes";

/** Layout, elements and the rest of the document, read in pieces of `step` bytes. */
async function read(content: string | Uint8Array, step?: number) {
  const reads: ReadBytes = readsOf(content, step);
  const layout = await findLayout(reads);
  const rest: Rest = new Map();
  const values: unknown[] = [];
  for await (const { value } of readElements(reads, layout, rest)) values.push(value);
  return { kind: layout.kind, values, rest: Object.fromEntries(rest) };
}

async function failureOf(content: string | Uint8Array, step?: number): Promise<ResultFileError> {
  const error: unknown = await read(content, step).catch((thrown: unknown) => thrown);
  if (!(error instanceof ResultFileError)) throw new Error("no ResultFileError");
  return error;
}

/** Text that tries hard: quotes, backslashes, brackets, characters of two to four bytes, escapes that JSON writes as \u. */
const hardText = fc
  .array(
    fc.constantFrom('"', "\\", "[", "]", "{", "}", ",", ":", "ß", "„", "𝄞", "漢", "\u2028", "\n", "\u0001", "x", '\\"'),
    {
      maxLength: 12,
    },
  )
  .map((parts) => parts.join(""));

/**
 * Without backslashes: JSON.parse of Node 24.21 takes the key `"` for `\\` where an object before it had that one at the same place
 * (`JSON.parse('{"a":1,"\\\\":2}')`, then `JSON.parse('{"a":1,"\\"":2}')`), with a whole document as with a piece of one.
 */
const hardKey = hardText.map((text) => text.replaceAll("\\", "/"));

const anything = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    hardText,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    tie("list"),
    tie("record"),
  ),
  list: fc.array(tie("value"), { maxLength: 3 }),
  record: fc.dictionary(fc.oneof(hardKey, fc.constantFrom("results", "input_data", "metrics")), tie("value"), {
    maxKeys: 3,
    noNullPrototype: true,
  }),
}));
const element = fc.dictionary(hardKey, anything.value, { maxKeys: 4, noNullPrototype: true });
const space = fc.constantFrom(undefined, 0, 2, "\t");
const step = fc.integer({ min: 1, max: 7 });
const mark = fc.constantFrom("", "\uFEFF");

describe("a document is read the same wherever its pieces end", () => {
  it("nested: with keys before and behind, compact and printed, with results inside of results", async () => {
    const rest = fc.dictionary(
      hardKey.filter((key) => !["results", "input_data", "__proto__"].includes(key)),
      anything.value,
      { maxKeys: 2, noNullPrototype: true },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(element, { maxLength: 4 }),
        rest,
        space,
        step,
        mark,
        fc.boolean(),
        async (results, more, indent, size, bom, first) => {
          const document = first ? { results, ...more } : { ...more, results };
          expect(await read(`${bom}${JSON.stringify(document, null, indent)}\r\n`, size)).toEqual({
            kind: "nested",
            values: results,
            rest: more,
          });
        },
      ),
    );
  });

  it("keys with backslashes and quotes", async () => {
    const values = [{ "only here \\": 1, 'said "so"': 2, "\\\\": 3, '\\"': 4 }];
    for (const size of [1, 2, 3, 5, 7]) {
      expect(await read(JSON.stringify({ results: values }), size)).toEqual({ kind: "nested", values, rest: {} });
    }
  });

  it("an array, and one result after another", async () => {
    const withId = element
      .map((each) => ({ id: 1, ...each }))
      .filter((each) => !Object.hasOwn(each, "results") && !Object.hasOwn(each, "input_data"));
    await fc.assert(
      fc.asyncProperty(
        fc.array(withId, { minLength: 1, maxLength: 4 }),
        space,
        step,
        mark,
        fc.constantFrom("\n", "\r\n", " "),
        async (values, indent, size, bom, between) => {
          const texts = values.map((each) => JSON.stringify(each, null, indent));
          expect(await read(`${bom}[${texts.join(",")}]`, size)).toEqual({ kind: "array", values, rest: {} });
          expect(await read(bom + texts.join(between), size)).toEqual({ kind: "lines", values, rest: {} });
        },
      ),
    );
  });

  it("flat: parts in any order are joined entry by entry", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(element, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        space,
        step,
        async (inputs, turned, indent, size) => {
          const claims = inputs.map((_, index) => (index % 2 === 0 ? [["a", "b", `c${index}`]] : null));
          const parts = [
            ["input_data", inputs],
            ["response_claims", claims],
            ["note", { input_data: [1] }],
            ["answer2response", null],
          ] as const;
          const document = Object.fromEntries(turned ? parts.toReversed() : parts);
          const { kind, values, rest } = await read(JSON.stringify(document, null, indent), size);
          const joined = inputs.map((input, index) =>
            claims[index] === null ? input : { ...input, response_claims: claims[index] },
          );
          expect({ kind, values, rest }).toEqual({ kind: "flat", values: joined, rest: { note: { input_data: [1] } } });
        },
      ),
    );
  });

  it("long texts with backslashes before their quotes, whatever byte a piece ends at", async () => {
    const text = fc
      .array(fc.constantFrom('"', "\\", '\\"', "x".repeat(50), "\n", "ß"), { maxLength: 12 })
      .map((parts) => parts.join(""));
    await fc.assert(
      fc.asyncProperty(
        fc.array(text, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 90 }),
        async (texts, size) => {
          expect(await read(JSON.stringify({ results: texts, more: texts }), size)).toEqual({
            kind: "nested",
            values: texts,
            rest: { more: texts },
          });
        },
      ),
      { numRuns: 500 },
    );
  });

  it("a value that is longer than the window makes it grow", async () => {
    const long = ["x".repeat(1_000), { y: "ß".repeat(3_000) }];
    const reader = await openJson(openWindow(readsOf(JSON.stringify(long), 64), 0, 16));
    const values: unknown[] = [];
    for await (const piece of arrayElements(reader, "long")) values.push(parsePiece(piece));
    expect(values).toEqual(long);
  });

  it("a value that is passed over is never held", async () => {
    const window = openWindow(readsOf(`${JSON.stringify("x".repeat(100_000))} 1`, 64), 0, 128);
    const reader = await openJson(window);
    await reader.skip();
    expect(window.bytes.length).toBe(128);
    expect(parsePiece(await reader.value())).toBe(1);
  });
});

describe("a file that isn't what it should be", () => {
  const two = '{"results":[{"query_id":"a"},{"query_id":"b"}]}';
  it.each<[string, string, string, RegExp]>([
    ["nothing", "", "empty", /^the file is empty$/],
    ["only white space and a mark", "\uFEFF \r\n", "empty", /empty/],
    ["prose", "The score is 5.", "layout", /begins with "T"; expected a JSON object/],
    ["another document", '{"cases": []}', "layout", /neither "results" .* no result: it has cases/],
    ["both layouts", '{"input_data": [], "results": []}', "layout", /nobody can say which/],
    ["both layouts, the other way round", '{"results": [], "input_data": []}', "layout", /nobody can say which/],
    ["results twice", '{"results": [], "results": []}', "layout", /the key "results" stands twice/],
    [
      "results that is no list",
      '{"results": {"a": 1}}',
      "not-json",
      /byte 12: "\{" where the array results was expected/,
    ],
    ["cut off between elements", '{"results":[{"query_id":"a"},', "truncated", /the file ends.*cut off/],
    ["cut off before the end of the document", '{"results":[]', "truncated", /cut off/],
    [
      "a missing comma",
      '{"results":[{"query_id":"a"} {"query_id":"b"}]}',
      "not-json",
      /byte 29: "\{" where a comma .* after element 0/,
    ],
    [
      "a comma too many",
      '{"results":[{"query_id":"a"},]}',
      "not-json",
      /element 1 \(from byte 29\): nothing where a value/,
    ],
    [
      "NaN",
      '{"results":[{"query_id":"a"},{"query_id":"q-7","metrics":{"f1":NaN}}]}',
      "not-json",
      /^element 1 \(query "q-7", from byte 29\): not JSON/,
    ],
    ["something behind", `${two}{}`, "not-json", /byte 47: something follows/],
    ["a bracket of the other kind", '{"results":[{"a":[1}]}', "not-json", /element 0 .*not JSON/],
    ["a key without quotes", "{results: []}", "not-json", /byte 1: a key in quotes was expected/],
    ["depth without end", `{"results":[${"[".repeat(600)}`, "not-json", /in element 0: byte 12: nested too deeply/],
    ["a line that is no object", '{"id":1}\n7\n', "not-json", /element 1 \(from byte 9\): "7" where an object/],
    [
      "flat parts of different lengths",
      '{"input_data":[{},{}],"answer2response":[[]]}',
      "shape",
      /answer2response has 1 entries, and input_data more/,
    ],
    [
      "a flat part that is no list",
      '{"input_data":[{}],"answer2response":{"0":[]}}',
      "shape",
      /answer2response is no array/,
    ],
  ])("%s", async (_, content, code, message) => {
    for (const size of [1, 1 << 20]) {
      const error = await failureOf(content, size);
      expect(error.code).toBe(code);
      expect(error.message).toMatch(message);
    }
  });

  it("cut off anywhere: it never passes for the whole", async () => {
    for (let length = 1; length < two.length; length++) {
      const error = await failureOf(two.slice(0, length));
      expect(["truncated", "not-json", "layout"]).toContain(error.code);
    }
  });

  it("invalid UTF-8: the element is named, nothing is replaced silently", async () => {
    const bytes = Buffer.from(two);
    bytes[bytes.indexOf('"b"') + 1] = 0xff;
    expect(await failureOf(bytes)).toMatchObject({ code: "not-utf8", place: { index: 1, offset: 29 } });
  });
});

describe("one result", () => {
  const base = {
    query_id: "q-1",
    retrieved_context: [{ doc_id: "a", text: "x" }, { text: "y" }],
    response_claims: [["a", "b", "c"], "a whole clause"],
    gt_answer_claims: [["d", "e", "f"]],
    answer2response: ["Entailment", "Neutral"],
    response2answer: ["Contradiction"],
    retrieved2response: [
      ["Entailment", "Neutral"],
      ["Neutral", "Neutral"],
    ],
    retrieved2answer: [["Neutral", "Entailment"]],
  };
  const check = (changes: object) => checkElement({ index: 3, offset: 70, value: { ...base, ...changes } });

  it("keeps every key as it is", () => {
    const own = { trace_id: "t", metrics: { f1: 3 }, mode: null };
    expect(check(own).element).toEqual({ ...base, ...own });
  });

  it.each<[string, object, object]>([
    ["is graded with all four checks", {}, { grading: "graded", query: "q-1", answerClaims: 2 }],
    ["is graded in part without one of them", { retrieved2answer: null }, { grading: "partly" }],
    [
      "is ungraded without any",
      { answer2response: undefined, response2answer: null, retrieved2response: null, retrieved2answer: null },
      { grading: "ungraded", answerClaims: null },
    ],
    [
      "is ungraded when the run says so, whatever labels are left",
      { judge: { status: "ungraded", reason: "prose" } },
      { grading: "ungraded" },
    ],
    ["is known by case_id or id too", { query_id: undefined, case_id: 7 }, { query: "7" }],
    ["needs no id", { query_id: null }, { query: null }],
    [
      "needs no context and no claims",
      { retrieved_context: undefined, response_claims: undefined, gt_answer_claims: undefined },
      { grading: "graded" },
    ],
    [
      "may have nothing retrieved: [[],[]]",
      { retrieved_context: [], retrieved2response: [[], []], retrieved2answer: [[]] },
      { grading: "graded" },
    ],
    [
      "may have nothing retrieved: []",
      { retrieved_context: [], retrieved2response: [], retrieved2answer: [] },
      { grading: "graded" },
    ],
    ["may have no labels although documents are there", { retrieved2response: [[], []] }, { grading: "graded" }],
    [
      "may make no claim",
      { response_claims: [], answer2response: [], retrieved2response: [] },
      { answerClaims: 0, grading: "graded" },
    ],
    [
      "may lack gold claims",
      { gt_answer_claims: [], response2answer: [], retrieved2answer: [] },
      { grading: "graded" },
    ],
  ])("%s", (_, changes, expected) => {
    expect(check(changes)).toMatchObject(expected);
  });

  it.each<[string, object, RegExp]>([
    [
      "ENTAILMENT",
      { answer2response: ["ENTAILMENT", "Neutral"] },
      /answer2response\[0\] is "ENTAILMENT"; expected exactly one of Entailment, Neutral, Contradiction/,
    ],
    [
      "another label",
      {
        retrieved2response: [
          ["Entailment", "Abstain"],
          ["Neutral", "Neutral"],
        ],
      },
      /retrieved2response\[0\]\[1\] is "Abstain"; expected/,
    ],
    ["a label with a blank", { response2answer: ["Contradiction "] }, /response2answer\[0\] is "Contradiction "/],
    ["a number for a label", { response2answer: [1] }, /response2answer\[0\] is 1/],
    ["text for a matrix", { retrieved2answer: "Neutral" }, /retrieved2answer is "Neutral"; expected an array/],
    [
      "a vector for a matrix",
      { retrieved2answer: ["Neutral"] },
      /retrieved2answer\[0\] is "Neutral"; expected an array/,
    ],
    [
      "too few labels",
      { answer2response: ["Neutral"] },
      /answer2response has 1 entry, but response_claims has 2; expected one for each claim/,
    ],
    [
      "too many labels",
      { response2answer: ["Neutral", "Neutral"] },
      /response2answer has 2 entries, but gt_answer_claims has 1/,
    ],
    [
      "a missing row",
      { retrieved2response: [["Neutral", "Neutral"]] },
      /retrieved2response has 1 entry, but response_claims has 2/,
    ],
    ["no row although there are claims and documents", { retrieved2response: [] }, /retrieved2response has 0 entries/],
    [
      "a missing row, without claims to compare with",
      { response_claims: null, retrieved2response: [["Neutral", "Neutral"]] },
      /retrieved2response has 1 entry, but answer2response has 2/,
    ],
    [
      "a short row",
      { retrieved2response: [["Neutral", "Neutral"], ["Neutral"]] },
      /retrieved2response\[1\] has 1 label, but retrieved_context has 2; expected one for each document/,
    ],
    [
      "rows of two lengths, without context",
      { retrieved_context: null, retrieved2response: [["Neutral"], ["Neutral", "Neutral"]] },
      /retrieved2response\[1\] has 2 labels, but row 0 has 1/,
    ],
    [
      "labels for documents that the other matrix doesn't have",
      { retrieved2answer: [[]] },
      /over 2 documents, but retrieved2answer over 0/,
    ],
    [
      "an id that can't be read exactly",
      { query_id: 2 ** 60 },
      /query_id is 1152921504606847000; expected text, or a whole number/,
    ],
    ["claims that are numbers", { response_claims: [1, 2] }, /response_claims\[0\] is 1; expected a claim/],
    [
      "documents that are text",
      { retrieved_context: ["x", "y"] },
      /retrieved_context\[0\] is "x"; expected a document/,
    ],
  ])("is refused with its query and field: %s", (_, changes, message) => {
    const refused = () => check(changes);
    expect(refused).toThrow(ResultFileError);
    expect(refused).toThrow(message);
    expect(refused).toThrow(/^element 3 \(query "?.*from byte 70\): /);
  });

  it("must be an object", () => {
    expect(() => checkElement({ index: 0, offset: 1, value: [1] })).toThrow(/^element 0 \(from byte 1\): it is \[1\]/);
  });
});
