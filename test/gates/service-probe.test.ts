import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Asked, cacheDoubts } from "#src/gates/cache-doubts";
import { fewShotDoubts } from "#src/gates/few-shot-doubts";
import { notHeld } from "#src/gates/prompt-holds";
import { chooseSample, countIdentical, sampleSize } from "#src/gates/repeat-sample";
import { emptyDoubts } from "#src/gates/service-probe";
import { sha256 } from "#src/manifest/canonical";
import { readQuestions } from "#src/manifest/read-questions";
import { type Answer, answerSchema } from "#src/rag/service";

/** A fresh answer to a question with this nonce in its text; `change` makes it another. */
function asked(
  nonce: string,
  change: Partial<Answer> = {},
  prompt: string | null = `Is it so? (probe ${nonce})`,
): Asked {
  const chunk = { chunk_id: "c1", document: "d", text: "It is so." };
  const answer = answerSchema.parse({
    answer: "Yes.",
    citations: [],
    snapshot: [{ ...chunk, bm25_text: "it is so", score: 1, rank: 1 }],
    candidates: { before_clamp: 1, before_dedup: 1, after_dedup: 1 },
    context: [{ ...chunk, tokens: 4 }],
    timings: { retrieve_ms: nonce.length + 0.25, generate_ms: nonce.charCodeAt(0) + 0.5, total_ms: 400.125 },
    tool_calls: [],
    prompt_audit: { prompt, prompt_sha256: sha256(prompt ?? "not shown") },
    cache: "off",
    nonce,
    trace_id: `trace-${nonce}`,
    ...change,
  });
  return { nonce, inText: true, answer };
}
const kinds = (...all: Asked[]) => cacheDoubts(all).map(({ kind }) => kind);

describe("no cache", () => {
  it("is shown by the service's word and the nonce in the audited prompt, both", () => {
    expect(kinds(asked("a"), asked("bb", { cache: "miss" }))).toEqual([]);
  });

  it("is not put in doubt by a quick service that tells whole milliseconds: those agree by chance", () => {
    const timings = { ...asked("a").answer.timings, retrieve_ms: 2, generate_ms: 3, total_ms: 5 };
    expect(kinds(asked("a", { timings }), asked("bb", { timings }))).toEqual([]);
  });

  it.each<[what: string, answers: Asked[], kinds: string[]]>([
    ["a hit", [asked("a", { cache: "hit" })], ["cache:hit"]],
    ["another nonce than the request's", [asked("a", { nonce: "b" })], ["cache:stored-answer"]],
    [
      "one trace for two answers",
      [asked("a", { trace_id: "t" }), asked("bb", { trace_id: "t" })],
      ["cache:stored-answer"],
    ],
    ["a prompt of another question", [asked("a", {}, "Is it so? (probe z)")], ["nonce:not-in-prompt"]],
    [
      "a prompt under another's hash",
      [asked("a", { prompt_audit: { ...audit("a"), prompt_sha256: sha256("") } })],
      ["prompt_sha256:other"],
    ],
    ["no prompt", [asked("a", {}, null)], ["prompt:not-shown"]],
    ["no cache field", [asked("a", { cache: null })], ["cache:not-shown"]],
    ["no nonce", [asked("a", { nonce: null })], ["nonce:not-shown"]],
    [
      "the same time in every step",
      [asked("a"), asked("b", { timings: asked("a").answer.timings })],
      ["cache:same-timings"],
    ],
  ])("is not shown by %s", (_what, answers, expected) => {
    expect(kinds(...answers)).toEqual(expected);
  });
});

function audit(nonce: string) {
  const found = asked(nonce).answer.prompt_audit;
  if (found === null) throw new Error("no audit");
  return found;
}

describe("what a prompt holds", () => {
  const text = `He said "a < b & c", on\n5 °C.`;
  it.each([
    ["as it is", `Q: ${text}`],
    ["with entities", "<q>He said &quot;a &lt; b &#38; c&#x22;, on 5 °C.</q>"],
    ["as a JSON string", JSON.stringify({ question: text })],
    ["wrapped otherwise", 'He said "a < b & c",\n   on 5 °C.'],
  ])("is found %s", (_what, prompt) => {
    expect(notHeld(prompt, [text])).toEqual([]);
  });

  it("is not what it holds only a part of", () => {
    expect(notHeld("He said nothing.", [text, "He said"])).toEqual([text]);
    expect(notHeld("hi", ["Is it so?"])).toEqual(["Is it so?"]);
  });
});

describe("the examples in a prompt", () => {
  const found = (shown: string[] | null, fewShotSelection: "fixed" | "per-question", fewShotIds = ["a", "b", "c"]) =>
    fewShotDoubts(shown, { fewShotIds, fewShotSelection }).map(({ kind }) => kind);

  it("are all that are configured, in any order", () => {
    expect(found(["c", "a", "b"], "fixed")).toEqual([]);
    expect(found([], "fixed", [])).toEqual([]);
    expect(found([], "fixed")).toEqual(["few_shot_ids:left-out"]);
    expect(found(["a", "b"], "fixed")).toEqual(["few_shot_ids:left-out"]);
    expect(found(["a", "b", "c", "c"], "fixed")).toEqual(["few_shot_ids:doubled"]);
    expect(found(["a", "b", "c", "z"], "fixed")).toEqual(["few_shot_ids:other"]);
    expect(found(null, "fixed")).toEqual(["few_shot_ids:not-shown"]);
  });

  it("are some of them where each question selects its own, and never none", () => {
    expect(found(["b"], "per-question")).toEqual([]);
    expect(found([], "per-question")).toEqual(["few_shot_ids:none"]);
    expect(found(["b", "z"], "per-question")).toEqual(["few_shot_ids:other"]);
  });
});

describe("an answer with nothing in it", () => {
  it("is named by what is empty", () => {
    expect(emptyDoubts(asked("a").answer)).toEqual([]);
    const context = asked("a").answer.context.map((chunk) => ({ ...chunk, text: " " }));
    const empty = asked("a", { answer: "\n", snapshot: [], context }).answer;
    expect(emptyDoubts(empty)).toEqual([
      expect.objectContaining({ kind: "answer:empty", verdict: "inconclusive" }),
      expect.objectContaining({ kind: "snapshot:empty", verdict: "inconclusive" }),
      expect.objectContaining({ kind: "context:empty", verdict: "inconclusive" }),
    ]);
  });
});

describe("the sample that is repeated", () => {
  it("is three questions three times, less where an answer takes many model calls, never nothing", () => {
    expect(sampleSize(1, 2)).toEqual({ questions: 3, repeats: 3 });
    expect(sampleSize(4, 2)).toEqual({ questions: 2, repeats: 3 });
    expect(sampleSize(50, 2)).toEqual({ questions: 1, repeats: 2 });
  });

  it("begins with the probe question and holds none twice", () => {
    expect(chooseSample("p", ["p", "g1", "g2", "g3"], { questions: 3, repeats: 2 }).questions).toEqual([
      "p",
      "g1",
      "g2",
    ]);
    expect(chooseSample("p", [], { questions: 3, repeats: 2 }).questions).toEqual(["p"]);
  });

  it("counts the repeats that gave the first answer again", () => {
    expect(
      countIdentical([
        ["a", "a", "b"],
        ["x", "y", "y"],
      ]),
    ).toEqual({ identical: 1, of: 4 });
  });
});

describe("the questions of a gold file", () => {
  it("are the first by id, whatever their order, without lines of another form", async () => {
    const dir = await mkdtemp(join(tmpdir(), "golive-gold-"));
    const file = join(dir, "gold.jsonl");
    const line = (id: string) => JSON.stringify({ id, query: `Question ${id}?` });
    await writeFile(file, [line("c"), "not json", "{}", line("a"), "", line("b")].join("\n"));
    expect(await readQuestions(file, 2)).toEqual(["Question a?", "Question b?"]);
    expect(await readQuestions(join(dir, "gone.jsonl"), 2)).toEqual([]);
    await rm(dir, { recursive: true });
  });
});
