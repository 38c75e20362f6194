import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkLeakage } from "#src/evaluation/leakage/check-leakage";
import { comparable } from "#src/evaluation/leakage/comparable";
import type { Example } from "#src/evaluation/leakage/example";
import { charGrams, normalise, wordsOf } from "#src/evaluation/leakage/normalise";
import { countCommon, findSimilarPairs } from "#src/evaluation/leakage/similar-pairs";
import { shell } from "#test/cli/cli-house";
import { inFolder } from "#test/evaluation/bytes";
import { QUESTIONS } from "#test/evaluation/questions";

const example = (id: string, question: string, more: Partial<Example> = {}): Example => {
  const answers = more.answers ?? [];
  return {
    id,
    question,
    answers,
    text: [question, ...answers].join("\n"),
    sources: [],
    span: null,
    embedding: null,
    ...more,
  };
};
/** What is found between one entry of the pool and one case. */
const between = (pool: Example, evaluation: Example) => {
  const { blocked, review } = checkLeakage([pool], [evaluation]);
  return { blocked: blocked.map(({ rule }) => rule), review: review.map(({ rule }) => rule) };
};
const questions = (pool: string, evaluation: string) => between(example("p", pool), example("e", evaluation));
const NOTHING = { blocked: [], review: [] };

describe("normalising", () => {
  it.each([
    ["What IS  the\tper-file_cap?", "what is the per file cap"],
    ["**What** is <b>the</b> `cap`&nbsp;?", "what is the cap"],
    ["See [the guide](https://example.com/x?y=1) now", "see the guide now"],
    ["ﬁle ① ＡＢＣ", "file 1 abc"],
    ["pass\u200Bword so\u00ADft", "password soft"],
    ["if a < b and b > c", "if a b and b c"],
    ["Größe: 5\u202F€", "größe 5"],
    ["?!…", ""],
  ])("%j", (text, expected) => {
    expect(normalise(text)).toBe(expected);
    expect(normalise(expected)).toBe(expected);
  });

  it("counts a letter of a script without blanks as a word, and a character beyond the first plane as one", () => {
    expect(wordsOf(normalise("予算は どこ DSPy"))).toEqual(["予", "算", "は", "ど", "こ", "dspy"]);
    expect([...charGrams("𝐚𝐛𝐜𝐝𝐞")]).toHaveLength(1);
  });
});

describe("a copy in disguise", () => {
  const gold = "How do I rotate the secret signing key?";
  it.each([
    ["Cyrillic letters", "How do I rоtаtе thе sесrеt signing kеу?"],
    ["Cyrillic capitals", "НОW DО I RОТАТЕ THE SЕСRЕТ SIGNING КЕY?"],
    ["Greek letters", "Hοw dο I rοtαte the secret signing key?"],
    ["accents", "Hów dö Ì rötàte thé sécret sïgning kéy?"],
    ["words broken at the end of a line", "How do I ro-\ntate the sec-\n  ret signing key?"],
  ])("%s", (_, disguised) => {
    expect(questions(disguised, gold)).toEqual({ blocked: ["hash"], review: [] });
    expect(questions(gold, disguised)).toEqual({ blocked: ["hash"], review: [] });
    const asked = example("e", "Which?", { answers: ["rotate the secret signing key"] });
    expect(between(example("p", "Else?", { text: disguised }), asked).blocked).toEqual(["injection"]);
  });

  it("a whole word in letters that look like Latin ones is one too, in a text that is Latin", () => {
    expect(comparable("сору the file")).toBe("copy the file");
  });

  it.each([
    "как там моя коса и мои сахар",
    "Ο νόμος της αγοράς",
    "рос и сор в Docker",
    "10 μs at Δt",
    "何をしますか がぎぐ",
    "हिन्दी में",
    "한국어 질문",
  ])("%s is none, and stays as it is", (text) => {
    expect(comparable(text)).toBe(normalise(text));
  });
});

describe("a question that stands in the pool", () => {
  it.each<[string, string, string, string]>([
    ["as it is", "How do I rotate the signing key?", "How do I rotate the signing key?", "hash"],
    [
      "in other letters, with markup",
      "**HOW** do I rotate the *signing* key",
      "How do I rotate the signing key?",
      "hash",
    ],
    [
      "inside of a longer one",
      "Please answer in one line: how do I rotate the signing key?",
      "How do I rotate the signing key?",
      "containment",
    ],
    ["without one of its words", "How do I rotate the key?", "How do I rotate the signing key?", "containment"],
    [
      "cut short",
      "Where does the release keep the hash of",
      "Where does the release keep the hash of its frozen manifest?",
      "containment",
    ],
    [
      "with words replaced all over",
      "What is the RAGChecker evaluation system?",
      "How does the RAGChecker evaluation work?",
      "jaccard",
    ],
    [
      "in a language without blanks",
      "予算の行はどこに保存されていますか教えて",
      "予算の行はどこに保存されていますか",
      "containment",
    ],
  ])("%s", (_, pool, evaluation, rule) => {
    expect(questions(pool, evaluation)).toEqual({ blocked: [rule], review: [] });
  });

  it("by a person to be looked at: the same form about something else", () => {
    expect(questions("How do I create a vector index with ivfflat?", "How do I create a PRD?")).toEqual({
      blocked: [],
      review: ["template"],
    });
  });

  it.each([
    ["What is it?", "What is it made of, and who pays for the cluster?"],
    ["Why?", "Why does the budget row wait?"],
    ["How do I run the smoke suite?", "How do I cancel a release?"],
    ["", ""],
  ])("not: %j is no leak of %j", (pool, evaluation) => {
    expect(questions(pool, evaluation)).toEqual(NOTHING);
  });
});

describe("a gold answer that stands in the pool", () => {
  const gold = "The lock is lifted once two approvers have recorded a root cause in the journal of that service";
  const asked = example("e", "When may go-lives resume?", { answers: [gold] });
  const poolWith = (text: string) => example("p", "Something else entirely?", { text });

  it("verbatim, in whatever field", () => {
    expect(between(poolWith(`Hint: ${gold.toUpperCase()}!`), asked)).toEqual({ blocked: ["injection"], review: [] });
  });
  it("in part: eight words in a row", () => {
    expect(between(poolWith("… once two approvers have recorded a root cause in the end"), asked).blocked).toEqual([
      "answer",
    ]);
    expect(between(poolWith("… two approvers have recorded a root"), asked)).toEqual(NOTHING);
  });
  it("a short one only as a whole, and of one to three words for a person to look at", () => {
    const of = (answer: string) => example("e", "Which?", { answers: [answer] });
    expect(between(poolWith("we use port 5432 on loopback always"), of("port 5432 on loopback")).blocked).toEqual([
      "injection",
    ]);
    expect(between(poolWith("we use port 5432"), of("port 5432"))).toEqual({ blocked: [], review: ["short-answer"] });
    expect(between(poolWith("we use port 54321"), of("port 5432"))).toEqual(NOTHING);
    expect(between(poolWith("yes, it is"), of("Yes."))).toEqual(NOTHING);
  });
  it("not: what says that there is no answer", () => {
    const negative = example("e", "Who?", { answers: ["Cannot be determined from available information"] });
    expect(between(poolWith("Cannot be determined from available information"), negative)).toEqual(NOTHING);
  });
  it("not: a run of words that many gold answers have", () => {
    const template = (n: number) =>
      example(`e${n}`, `What about part ${n}x?`, {
        answers: [`The main purpose of this guide is to provide a standard for ${"abcdef"[n]} and its ${n} owners`],
      });
    const pool = poolWith("The main purpose of this guide is to provide a standard for nothing");
    expect(checkLeakage([pool], [0, 1, 2, 3].map(template)).blocked).toEqual([]);
    expect(checkLeakage([pool], [template(1)]).blocked).toHaveLength(1);
  });
});

describe("the same source, and embeddings", () => {
  it("the same document with the same span blocks; one of the two alone does not", () => {
    const from = (source: string, span: string | null) => example("x", "A?", { sources: [source], span });
    expect(between({ ...from("a.md", "ten"), question: "B?" }, from("a.md", "ten")).blocked).toEqual(["source"]);
    for (const other of [from("b.md", "ten"), from("a.md", "nine"), from("a.md", null)]) {
      expect(between({ ...other, question: "B?" }, from("a.md", "ten"))).toEqual(NOTHING);
    }
  });

  it("embeddings that point the same way are for a person to look at", () => {
    const at = (question: string, embedding: number[]) => example("x", question, { embedding });
    expect(between(at("A?", [1, 0]), at("B?", [9, 1])).review).toEqual(["cosine"]);
    expect(between(at("A?", [1, 0]), at("B?", [1, 1]))).toEqual(NOTHING);
  });

  it("a rule that can't run says so", () => {
    const at = (embedding: number[] | null) => [example("x", "A?", { answers: ["b"], embedding })];
    const why = (pool: number[] | null, evaluation: number[] | null) => checkLeakage(at(pool), at(evaluation)).notRun;
    expect(why([1], [1])).toEqual([]);
    expect(why(null, null)).toEqual([{ rule: "cosine", why: "neither file has embeddings" }]);
    expect(why([1], null)).toEqual([{ rule: "cosine", why: "the evaluation set has no embeddings" }]);
    expect(why([1], [1, 2])).toEqual([{ rule: "cosine", why: "the embeddings have different dimensions" }]);
    expect(checkLeakage([example("p", "A?")], [example("e", "B?")]).notRun).toContainEqual({
      rule: "answer",
      why: "1 of the 1 cases have no gold answer",
    });
  });
});

describe("candidates", () => {
  it("are exactly the pairs that comparing all pairs finds", () => {
    const grams = fc
      .uniqueArray(fc.constantFrom(..."abcdefghijklmnopqrst"), { minLength: 1, maxLength: 9 })
      .map((list) => new Set(list));
    const list = fc.array(grams, { maxLength: 12 });
    fc.assert(
      fc.property(list, list, (as, bs) => {
        const all = as.flatMap((left, a) =>
          bs.flatMap((right, b) => {
            const common = countCommon(left, right);
            return 3 * common >= 2 * Math.min(left.size, right.size) ? [{ a, b, common }] : [];
          }),
        );
        const order = (x: { a: number; b: number }, y: { a: number; b: number }) => x.a - y.a || x.b - y.b;
        expect(findSimilarPairs(as, bs).sort(order)).toEqual(all.sort(order));
      }),
      { numRuns: 500 },
    );
  });
});

describe("recall on variants of 60 questions", () => {
  const cases = QUESTIONS.map((question, index) => example(`case-${index}`, question));
  /** Share of the cases that are blocked when the pool holds this variant of each. */
  const recall = (variant: (words: string[], index: number) => string[]) => {
    const pool = QUESTIONS.map((question, index) =>
      example(`p-${index}`, variant(question.split(" "), index).join(" ")),
    );
    const { blocked } = checkLeakage(pool, cases);
    return (
      cases.filter(({ id }, index) => blocked.some((pair) => pair.eval_id === id && pair.pool_id === `p-${index}`))
        .length / cases.length
    );
  };
  const without = (words: string[], at: number) => words.filter((_, index) => index !== at % words.length);

  it("all of them in other letters, behind a beginning, or without one of their words", () => {
    expect(recall((words) => words.map((word) => word.toUpperCase()))).toBe(1);
    expect(recall((words) => ["Please", "answer", "briefly:", ...words])).toBe(1);
    for (const at of [0, 2, 4]) expect(recall((words) => without(words, at))).toBeGreaterThanOrEqual(0.95);
  });

  it("most of them with one word replaced; the guard is no proof against a rewording", () => {
    expect(recall((words) => words.map((word, at) => (at === 3 ? "something" : word)))).toBeGreaterThanOrEqual(0.85);
  });

  it("none of them is taken for another: no false alarm among different questions", () => {
    const half = QUESTIONS.length / 2;
    const { blocked } = checkLeakage(cases.slice(0, half), cases.slice(half));
    expect(blocked).toEqual([]);
  });

  it("one finding for each pair, in an order that doesn't depend on that of the files", () => {
    const pool = QUESTIONS.map((question, index) =>
      example(`p-${index}`, question, { answers: ["The very same answer"] }),
    );
    const one = checkLeakage(pool, cases);
    expect(one).toEqual(checkLeakage(pool.toReversed(), cases.toReversed()));
    expect(new Set(one.blocked.map(({ pool_id, eval_id }) => `${pool_id} ${eval_id}`)).size).toBe(one.blocked.length);
  });
});

describe("golive few-shot check", () => {
  const golive = (...words: string[]) => shell(words, {});
  const lines = (...entries: object[]) => entries.map((entry) => JSON.stringify(entry)).join("\r\n");
  const POOL = {
    id: "fs-1",
    query_id: "c-1",
    query: "Where is the budget kept?",
    gt_answer: "In one row that all copies share",
  };

  it("--json: exactly pairs, rules and scores, and what did not run; exit 1 when something is blocked", async () => {
    await inFolder(async (write) => {
      const pool = await write(
        "pool.jsonl",
        `\uFEFF${lines(POOL, { id: "fs-2", query: "Who?", note: ["in ONE row that all copies share!"] })}`,
      );
      const cases = await write(
        "cases.json",
        JSON.stringify([{ case_id: "c-1", query: "where is the budget kept", expected_answer: POOL.gt_answer }]),
      );
      const { code, out, err } = await golive("few-shot", "check", "--pool", pool, "--eval", cases, "--json");
      expect({ code, err }).toEqual({ code: 1, err: "" });
      expect(JSON.parse(out)).toEqual({
        clean: false,
        blocked: [
          { pool_id: "fs-1", eval_id: "c-1", rule: "hash", score: 1 },
          { pool_id: "fs-2", eval_id: "c-1", rule: "injection", score: 1 },
        ],
        review: [],
        not_run: [{ rule: "cosine", why: "neither file has embeddings" }],
      });
      const people = await golive("few-shot", "check", "--pool", pool, "--eval", cases);
      expect(people.out).toMatch(/^LEAKED: 1 of the 1 evaluation cases stands in the pool of 2\./);
      expect(people.out).toMatch(/Not everything was checked: cosine, because neither file has embeddings\./);
    });
  });

  it("exit 0 when nothing is", async () => {
    await inFolder(async (write) => {
      const pool = await write("pool.jsonl", lines(POOL));
      const cases = await write(
        "cases.jsonl",
        lines({ id: 7, question: "Who signs the go-ahead?", answers: ["Two approvers of the release role"] }),
      );
      const { code, out } = await golive("few-shot", "check", "--pool", pool, "--eval", cases);
      expect(code).toBe(0);
      expect(out).toMatch(/^Clean: none of the 1 evaluation cases stands in the pool of 1\.\n/);
    });
  });

  it.each([
    ["an empty file is not clean", "", /empty/],
    ["nor is an empty list", "[]", /holds no entries/],
    ["an entry without a question", '{"id":"a","query":" ?! "}', /element 0 \(from byte 0\): it has no question/],
    ["an entry that is no object", '[{"id":"a","query":"x y"},5]', /element 1 \(from byte 26\)/],
    ["an embedding that is none", '{"id":"a","query":"x y","embedding":["z"]}', /embedding/],
    ["prose", "hello", /begins with "h"/],
  ])("%s: exit 2, and in --json one error document", async (_, content, why) => {
    await inFolder(async (write) => {
      const good = await write("good.jsonl", lines(POOL));
      const bad = await write("bad.jsonl", content);
      for (const [pool, cases] of [
        [bad, good],
        [good, bad],
      ] as const) {
        const { code, out } = await golive("few-shot", "check", "--pool", pool, "--eval", cases, "--json");
        expect(code).toBe(2);
        expect(JSON.parse(out)).toMatchObject({ ok: false, sentence: expect.stringMatching(why) });
      }
    });
  });

  const SHARED = fileURLToPath(new URL("../../../shared/data/memory-docs/", import.meta.url));
  describe.skipIf(!existsSync(SHARED))("on real questions (skipped where ../shared/data isn't there)", () => {
    const check = async (pool: string, cases: string) => {
      const { code, out } = await golive(
        "few-shot",
        "check",
        "--pool",
        join(SHARED, pool),
        "--eval",
        join(SHARED, cases),
        "--json",
      );
      return { code, ...(JSON.parse(out) as ReturnType<typeof checkLeakage>) };
    };
    it("finds the 3 of 5 that are in the pool under other ids", async () => {
      const { code, clean, blocked, review } = await check("few_shot_pool.jsonl", "eval_cases.jsonl");
      expect({ code, clean, review }).toEqual({ code: 1, clean: false, review: [] });
      expect(blocked.map(({ pool_id, eval_id }) => [pool_id, eval_id])).toEqual([
        ["few_shot_001", "case_1"],
        ["few_shot_002", "case_2"],
        ["few_shot_000", "case_3"],
      ]);
    });
    it("of 30 × 130 questions, finds the 23 that both sets have, and takes few others for leaks", async () => {
      const { blocked } = await check("dev_gold.jsonl", "gold_cases.jsonl");
      expect(blocked.filter(({ rule }) => rule === "hash")).toHaveLength(23);
      expect(blocked.filter(({ rule }) => rule === "containment" || rule === "jaccard").length).toBeLessThanOrEqual(4);
    });
  });
});
