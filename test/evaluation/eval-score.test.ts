import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { runCommandLine } from "#src/cli/program";
import { shell } from "#test/cli/cli-house";
import { inFolder } from "#test/evaluation/bytes";

const golive = (...words: string[]) => shell(words, {});
const SHARED = fileURLToPath(new URL("../../../shared/data/ragchecker/", import.meta.url));

const E = "Entailment";
const N = "Neutral";
const GRADED = {
  query_id: "q-1",
  query: "Wo?",
  gt_answer: "Überall 𝄞",
  response: "Everywhere",
  retrieved_context: [{ doc_id: "d-1", text: "everywhere" }],
  response_claims: [
    ["it", "is", "everywhere"],
    ["it", "is", "here"],
  ],
  gt_answer_claims: [["it", "is", "everywhere"]],
  answer2response: [E, N],
  response2answer: [E],
  retrieved2response: [[E], [N]],
  retrieved2answer: [[E]],
};
const METRICS = {
  precision: 0.5,
  recall: 1,
  f1: 2 / 3,
  claim_recall: 1,
  context_precision: 1,
  context_utilization: 1,
  noise_sensitivity_in_relevant: 0,
  noise_sensitivity_in_irrelevant: 0,
  hallucination: 0.5,
  self_knowledge: 0,
  faithfulness: 0.5,
};
const UNGRADED = { case_id: "q-2", expected_answer: "?", response: "!" };

describe("golive eval score", () => {
  it("--json prints the nested document: metrics of each result and of each group, other keys kept", async () => {
    await inFolder(async (write) => {
      const results = [
        GRADED,
        { ...GRADED, query_id: "q-3", tags: ["x"], metrics: { f1: 9 } },
        GRADED,
        GRADED,
        UNGRADED,
      ];
      const file = await write(
        "results.json",
        JSON.stringify({ epoch: "e-1", results, metrics: { overall: { f1: 9 } } }),
      );
      const { code, out, err } = await golive("eval", "score", file, "--json");
      expect({ code, err }).toEqual({ code: 0, err: "" });
      expect(JSON.parse(out)).toEqual({
        epoch: "e-1",
        results: [
          { ...GRADED, metrics: METRICS },
          { ...GRADED, query_id: "q-3", tags: ["x"], metrics: METRICS },
          { ...GRADED, metrics: METRICS },
          { ...GRADED, metrics: METRICS },
          { ...UNGRADED, query_id: "q-2", gt_answer: "?", metrics: {} },
        ],
        metrics: {
          overall: { precision: 50, recall: 100, f1: 66.7 },
          retriever: { claim_recall: 100, context_precision: 100 },
          generator: {
            context_utilization: 100,
            noise_sensitivity_in_relevant: 0,
            noise_sensitivity_in_irrelevant: 0,
            hallucination: 50,
            self_knowledge: 0,
            faithfulness: 50,
          },
        },
        summary: expect.objectContaining({
          layout: "nested",
          results: 5,
          graded: 4,
          ungraded: 1,
          abstained: 0,
          abstention_rate: 0,
          repeated_ids: 2,
          conclusive: true,
        }),
      });
    });
  });

  it("flat layout, lines and an array give the nested document too", async () => {
    const {
      answer2response,
      response2answer,
      retrieved2response,
      retrieved2answer,
      response_claims,
      gt_answer_claims,
      ...input
    } = GRADED;
    const flat = {
      retrieved2answer: [retrieved2answer],
      answer2response: [answer2response],
      response2answer: [response2answer],
      retrieved2response: [retrieved2response],
      response_claims: [response_claims],
      gt_answer_claims: [gt_answer_claims],
      input_data: [input],
    };
    for (const content of [
      JSON.stringify(flat, null, 2),
      `\uFEFF${JSON.stringify(GRADED)}\r\n`,
      JSON.stringify([GRADED]),
    ]) {
      await inFolder(async (write) => {
        const { code, out } = await golive("eval", "score", await write("x", content), "--json");
        expect(code).toBe(0);
        expect(JSON.parse(out).results).toEqual([{ ...GRADED, metrics: METRICS }]);
      });
    }
  });

  it("prints a table for people, in 100 columns, with what no mean says", async () => {
    await inFolder(async (write) => {
      const silent = { ...GRADED, response_claims: [], answer2response: [], retrieved2response: [] };
      const nothingFound = { ...GRADED, retrieved2response: [[], []], retrieved2answer: [[]] };
      const results = [GRADED, silent, nothingFound, GRADED, GRADED, GRADED, UNGRADED];
      const { code, out } = await golive("eval", "score", await write("r.json", JSON.stringify({ results })));
      expect(code).toBe(0);
      expect(
        Math.max(
          ...out
            .split("\n")
            .slice(1)
            .map((line) => line.length),
        ),
      ).toBeLessThanOrEqual(100);
      expect(out).toMatch(/r\.json: 7 results \(nested layout\)\n/);
      expect(out).toMatch(/overall +precision +41\.7 +6 {2}\(1 without\)\n +recall +100\.0/);
      expect(out).toMatch(/judged +6\nungraded +1 /);
      expect(out).toMatch(/abstention rate +16\.7 % +1 of 6 answers make no claim/);
      expect(out).toMatch(/no documents +1 /);
      expect(out).toMatch(/repeated ids +5 /);
    });
  });

  it("--out writes the document, and the table still goes to the terminal; with --json the figures alone", async () => {
    await inFolder(async (write) => {
      const file = await write("r.json", JSON.stringify({ results: [GRADED] }));
      const out = join(dirname(file), "scored.json");
      const table = await golive("eval", "score", file, "--out", out);
      expect(table).toMatchObject({ code: 0, err: "" });
      expect(table.out).toMatch(/f1 +66\.7/);
      const scored: unknown = JSON.parse(await readFile(out, "utf8"));
      expect(scored).toMatchObject({ results: [{ metrics: METRICS }], metrics: { overall: { f1: 66.7 } } });
      const figures = await golive("eval", "score", out, "--json", "--out", `${out}2`);
      const { summary, metrics, ...more } = JSON.parse(figures.out);
      expect({ metrics, more }).toEqual({ metrics: JSON.parse(JSON.stringify(scored)).metrics, more: {} });
      expect(summary.results).toBe(1);
      expect(await readFile(`${out}2`, "utf8")).toBe(await readFile(out, "utf8"));
      expect((await readdir(dirname(file))).sort()).toEqual(["r.json", "scored.json", "scored.json2"]);
    });
  });

  it("waits for a reader that is slower", async () => {
    await inFolder(async (write) => {
      const results = Array.from({ length: 500 }, (_, n) => ({ ...GRADED, query_id: `q-${n}` }));
      const file = await write("r.json", JSON.stringify({ results }));
      let waiting = 0;
      let most = 0;
      let text = "";
      const code = await runCommandLine(["eval", "score", file, "--json"], {
        out: async (part) => {
          most = Math.max(most, ++waiting);
          await new Promise((resolve) => setImmediate(resolve));
          text += part;
          waiting--;
        },
        err: () => undefined,
        env: {},
        stopSignal: () => new Promise(() => undefined),
        inputClosed: () => new Promise<void>(() => undefined),
      });
      expect({ code, most }).toEqual({ code: 0, most: 1 });
      expect(JSON.parse(text).results).toHaveLength(500);
    });
  });
});

describe("what can't be scored", () => {
  it("a fault in the last of many results: exit 2, one error document, not a letter of the results", async () => {
    await inFolder(async (write) => {
      const results = Array.from({ length: 200 }, () => GRADED);
      const bad = { ...GRADED, query_id: "bad", retrieved2response: [[E], ["entailment"]] };
      const file = await write("r.json", JSON.stringify({ results: [...results, bad] }));
      const json = await golive("eval", "score", file, "--json");
      expect(json).toMatchObject({ code: 2, err: "" });
      const { ok, error, sentence } = JSON.parse(json.out);
      expect({ ok, error }).toEqual({ ok: false, error: "usage" });
      expect(sentence).toMatch(
        /element 200 \(query "bad", from byte \d+\): retrieved2response\[1\]\[0\] is "entailment"; expected exactly one/,
      );
      const people = await golive("eval", "score", file);
      expect(people).toMatchObject({ code: 2, out: "" });
      expect(people.err).toMatch(/r\.json can't be scored: element 200 .* Nothing was scored\.\n$/);
    });
  });

  it("a fault leaves no file behind --out, and an older one as it was", async () => {
    await inFolder(async (write) => {
      const file = await write("r.json", '{"results": [{"answer2response": ["yes"]}]}');
      const out = await write("scored.json", "older");
      expect((await golive("eval", "score", file, "--out", out)).code).toBe(2);
      expect(await readFile(out, "utf8")).toBe("older");
      expect((await readdir(dirname(file))).sort()).toEqual(["r.json", "scored.json"]);
    });
  });

  it.each([
    ["no such file", "/nowhere/at-all.json", /there is no such file/],
    ["a folder", ".", /no regular file/],
  ])("%s", async (_, file, why) => {
    const { code, out, err } = await golive("eval", "score", file);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(why);
  });

  it("a place that can't be written", async () => {
    await inFolder(async (write) => {
      const file = await write("r.json", JSON.stringify({ results: [GRADED] }));
      const { code, err } = await golive("eval", "score", file, "--out", join(file, "x.json"));
      expect(code).toBe(2);
      expect(err).toMatch(/can't be written \(ENOTDIR\)/);
    });
  });

  it.each<[string, object[], RegExp]>([
    ["no results", [], /holds no results/],
    ["none judged", [UNGRADED, UNGRADED], /none of the results carries labels/],
    ["too many ungraded", [GRADED, GRADED, GRADED, UNGRADED], /more than 20 %/],
    ["too many without one of the checks", [GRADED, { ...GRADED, retrieved2answer: null }], /at least one metric/],
  ])("is inconclusive, never zero: %s", async (_, results, why) => {
    await inFolder(async (write) => {
      const file = await write("r.json", JSON.stringify({ results }));
      const { code, out, err } = await golive("eval", "score", file, "--json");
      expect(code).toBe(3);
      expect(err).toMatch(why);
      expect(JSON.parse(out).summary.conclusive).toBe(false);
      expect(out).not.toContain("NaN");
    });
  });
});

describe.skipIf(!existsSync(SHARED))(
  "RAGChecker's own example files (skipped where ../shared/data isn't there)",
  () => {
    const score = async (name: string) => JSON.parse((await golive("eval", "score", join(SHARED, name), "--json")).out);

    it("nested: every result and group, to the last digit", async () => {
      const expected = JSON.parse(await readFile(join(SHARED, "checking_outputs.json"), "utf8"));
      expect(await score("checking_outputs.json")).toEqual({ ...expected, summary: expect.anything() });
    });

    it("flat: becomes nested, with the figures that the labels give", async () => {
      const { results, metrics } = await score("checking_outputs.flat.json");
      expect(Object.keys(results[0])).toEqual([
        ...["query_id", "query", "gt_answer", "response", "retrieved_context", "response_claims", "gt_answer_claims"],
        ...["answer2response", "response2answer", "retrieved2response", "retrieved2answer", "metrics"],
      ]);
      expect(metrics).toEqual({
        overall: { precision: 73.3, recall: 62.5, f1: 67.3 },
        retriever: { claim_recall: 61.4, context_precision: 87.5 },
        generator: {
          context_utilization: 87.5,
          noise_sensitivity_in_relevant: 22.5,
          noise_sensitivity_in_irrelevant: 0,
          hallucination: 4.2,
          self_knowledge: 25,
          faithfulness: 70.8,
        },
      });
    });

    it("inputs without labels are inconclusive in both layouts", async () => {
      for (const name of ["checking_inputs.json", "checking_inputs.flat.json"]) {
        expect((await golive("eval", "score", join(SHARED, name))).code).toBe(3);
      }
    });
  },
);
