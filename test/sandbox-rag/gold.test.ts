import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { GoldFileError, loadGold, parseGold } from "#sandbox/rag/gold";

const file = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const real = file("../shared/data/memory-docs");

describe("gold cases", () => {
  it("are read under every field name in use", () => {
    const text = [
      '{"query_id": "a", "query": "q?", "gt_answer": "x", "expected_files": ["d/F.md"], "tags": ["t"], "mode": "reader"}',
      '{"case_id": "b", "query": "q?", "expected_answer": "x", "tags": "t"}',
      "",
      '{"id": 7, "query": "q?", "response": "x"}',
      '{"id": "unanswerable_1", "query": "q?", "answers": ["I don\'t know", "not said"]}',
      '{"id": "d", "query": "q?", "gt_answer": "x", "category": "negatives"}',
    ].join("\n");
    const cases = parseGold(text, "gold.jsonl");
    expect(cases[0]).toEqual({
      id: "a",
      query: "q?",
      answers: ["x"],
      expectedFiles: ["d/F.md"],
      tags: ["t"],
      mode: "reader",
      negative: false,
    });
    expect(cases.map(({ id, tags, negative }) => [id, tags, negative])).toEqual([
      ["a", ["t"], false],
      ["b", ["t"], false],
      ["7", [], false],
      ["unanswerable_1", [], true],
      ["d", [], true],
    ]);
    expect(cases[3]?.answers).toEqual(["I don't know", "not said"]);
  });

  it("are refused as a whole when any line is bad, with every bad line named", () => {
    const text =
      '{"id":"a","query":"q","gt_answer":"x"}\nnonsense\n{"id":"a","query":"q","gt_answer":"x"}\n{"id":"c"}\n[]\n';
    expect(() => parseGold(text, "g.jsonl")).toThrow(GoldFileError);
    expect(() => parseGold(text, "g.jsonl")).toThrow(
      'g.jsonl:2: not JSON; expected one JSON object per line\ng.jsonl:3: id "a" is already used on line 1\n' +
        "g.jsonl:4: no query; expected text\ng.jsonl:5: expected a JSON object",
    );
    expect(() => parseGold("\n\n", "g.jsonl")).toThrow("no cases");
  });

  it("of the default corpus are eighty-four, seven of them negative, each other one naming a document", async () => {
    const cases = await loadGold(file("sandbox/corpus/gold.jsonl"));
    expect(cases).toHaveLength(84);
    expect(cases.filter((gold) => gold.negative).map((gold) => gold.tags)).toEqual(Array(7).fill(["negative"]));
    for (const gold of cases.filter((each) => !each.negative)) {
      expect(gold.expectedFiles.length, gold.id).toBeGreaterThan(0);
      for (const name of gold.expectedFiles) expect(existsSync(file(`sandbox/corpus/${name}`)), name).toBe(true);
    }
  });

  it.skipIf(!existsSync(real))(
    "of a real corpus are read completely (skipped where ../shared/data is not there)",
    async () => {
      const counts = await Promise.all(
        ["gold_cases", "dev_gold", "eval_cases", "reader_gold_adversarial"].map(async (name) => {
          const cases = await loadGold(`${real}/${name}.jsonl`);
          return [name, cases.length, cases.filter((gold) => gold.negative).length];
        }),
      );
      expect(counts).toEqual([
        ["gold_cases", 130, 0],
        ["dev_gold", 30, 3],
        ["eval_cases", 5, 0],
        ["reader_gold_adversarial", 10, 5],
      ]);
    },
  );
});
