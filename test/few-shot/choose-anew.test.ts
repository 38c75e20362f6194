import { describe, expect, it } from "vitest";
import { buildPool } from "#src/evaluation/few-shot/build-pool";
import type { PoolEntry } from "#src/evaluation/few-shot/pool-entry";
import type { Example } from "#src/evaluation/leakage/example";
import { type AskedQuestion, chooseAnew } from "#src/operations/few-shot/choose-anew";
import { type DraftInput, draftRefresh } from "#src/operations/few-shot/draft-refresh";
import type { LiveExamples } from "#src/operations/few-shot/live-examples";

const RULES = { floor: 0.5, size: 10, seed: 42 };
const WISH = { count: null, replaceShare: 0.5, leastGain: 0.01, seed: 42 };
const DAY = "2026-12-01";

/** Questions with the direction of their embedding, in degrees. */
const DEGREES: Readonly<Record<string, number>> = {
  "Who paints the long boat's hull?": 0,
  "When is the harbour lamp lit in winter?": 40,
  "How many metres of rope does the ferry carry?": 80,
  "Which brush is right for wood below the water line?": 2,
  "What lights up at four?": 75,
  "What serves as proof?": 110,
};
const vectorOf = (text: string) => {
  const radians = ((DEGREES[text] ?? 0) / 180) * Math.PI;
  return [Math.cos(radians), Math.sin(radians)];
};
const entry = (id: string, question: string): PoolEntry => ({
  id,
  question,
  answer: `As the log has it of ${id}.`,
  source: "",
  quality: 0.9,
  addedAt: "2026-01-01",
});
const BUILT = buildPool(
  [
    entry("boat", "Who paints the long boat's hull?"),
    entry("lamp", "When is the harbour lamp lit in winter?"),
    entry("rope", "How many metres of rope does the ferry carry?"),
  ],
  [],
  RULES,
);
const asked = (id: string, question: string): AskedQuestion => ({ id, question, answerable: true, tags: [id] });
const GOLD = [
  asked("g1", "Which brush is right for wood below the water line?"),
  asked("g2", "What lights up at four?"),
];

const live = (ids: readonly string[], prompt: object = {}, changes: Partial<LiveExamples> = {}): LiveExamples => ({
  base: { run: "r", config: "v1", digest: "d" },
  body: { prompt: { few_shot_ids: ids, ...prompt } },
  paths: {
    ids: "prompt.few_shot_ids",
    pool: "prompt.few_shot_pool_sha256",
    selector: "prompt.few_shot_selector",
    seed: "prompt.few_shot_selector_seed",
  },
  ids,
  poolSha256: "0".repeat(64),
  selection: "fixed",
  embedder: { model: "m", dimension: 2 },
  ...changes,
});
function choose(given: LiveExamples, gold = GOLD) {
  const choice = chooseAnew(given, BUILT, gold, vectorOf, WISH, DAY);
  if ("refused" in choice) throw new Error(choice.refused);
  return choice;
}

describe("who is chosen anew", () => {
  it("never is an entry whose embedding is nearly a gold question's, which nobody has looked at; it is listed", () => {
    const { ids, tooNear } = choose(live(["lamp"]), [GOLD[0] ?? asked("x", "")]);
    expect(ids).toEqual(["lamp"]);
    expect(tooNear).toEqual([{ pool_id: "boat", eval_id: "g1", score: expect.closeTo(0.999, 3) }]);
  });

  it("not where each question gets its own either: such an entry isn't in the pool that goes live", () => {
    const { ids, pool } = choose(live(["boat"], {}, { selection: "per-question" }), [GOLD[0] ?? asked("x", "")]);
    expect(ids).toEqual(["lamp", "rope"]);
    expect(pool.text).not.toContain("Who paints");
  });

  it.each(["fixed", "per-question"] as const)("nor, %s, is one that holds a short gold answer", (selection) => {
    const gold: Example = {
      id: "g1",
      question: "What serves as proof?",
      answers: ["of rope"],
      text: "",
      sources: [],
      span: null,
      embedding: null,
    };
    const built = buildPool(BUILT.entries, [gold], RULES);
    expect(built.guard.review).toMatchObject([{ pool_id: "rope", rule: "short-answer" }]);
    const given = live(["boat", "lamp"], {}, { selection });
    const chosen = (pool: typeof built) =>
      chooseAnew(given, pool, [asked("g1", "What serves as proof?")], vectorOf, WISH, DAY);
    expect(chosen(BUILT)).toMatchObject({ ids: expect.arrayContaining(["rope"]), tooNear: [] });
    expect(chosen(built)).toMatchObject({ ids: ["boat", "lamp"], tooNear: [] });
  });

  it("keeps the day of who stays, as the configuration has it, and none where nobody wrote it down", () => {
    const { ids, since } = choose(live(["lamp", "rope"], { few_shot_since: { rope: "2026-05-05" } }));
    expect([ids, since]).toEqual([["lamp", "rope"], { rope: "2026-05-05" }]);
  });

  it("covers more, and says which questions gain and lose", () => {
    const wide = [asked("a", "Who paints the long boat's hull?"), asked("b", "What lights up at four?")];
    const far = { ...live(["rope"]), ids: ["rope"] };
    const gained = chooseAnew(far, BUILT, wide, vectorOf, { ...WISH, count: 2 }, DAY);
    expect(gained).toMatchObject({ ids: ["rope", "lamp"], since: { lamp: DAY }, better: ["a"], worse: [] });
  });
});

describe("what is proposed", () => {
  const input = (given: LiveExamples, changes: Partial<DraftInput> = {}): DraftInput => ({
    live: given,
    choice: choose(given),
    built: BUILT,
    rules: RULES,
    candidates: { sha256: "c".repeat(64), count: 5 },
    gold: { sha256: ["g".repeat(64)], count: 2 },
    poolFile: "few_shot_pool.jsonl",
    leaking: [],
    livePoolSize: 4,
    operation: "op_1",
    ...changes,
  });

  it("is nothing where prompts would show the same, though the pool around them changed", () => {
    expect(draftRefresh(input(live(["lamp", "rope"])))).toBeNull();
  });

  it("is the pool alone where the live one leaks", () => {
    const leaking = [{ pool_id: "lamp", eval_id: "g1", rule: "hash", score: 1 }] as const;
    const draft = draftRefresh(input(live(["lamp", "rope"]), { leaking }));
    expect(draft?.title).toBe("Take a few-shot pool that leaks nothing");
    expect(draft?.changes.map(({ path }) => path)).not.toContain("prompt.few_shot_ids");
  });

  it("is another pool where each question gets its own examples, and nothing where that is the live one", () => {
    const own = live(["boat", "lamp", "rope"], {}, { selection: "per-question" });
    const choice = choose(own, [asked("g1", "What serves as proof?")]);
    expect(draftRefresh(input(own, { choice }))?.title).toBe("Take another few-shot pool");
    expect(draftRefresh(input({ ...own, poolSha256: choice.pool.sha256 }, { choice }))).toBeNull();
  });

  it("has the same digest for the same inputs, and another for another floor, seed, gold set or candidates", () => {
    const given = live(["boat"]);
    const digestOf = (changes: Partial<DraftInput> = {}) => {
      const leaking = [{ pool_id: "x", eval_id: "g1", rule: "hash", score: 1 }] as const;
      return draftRefresh(input(given, { leaking, ...changes }))?.evidence.digest;
    };
    const all = [
      digestOf(),
      digestOf({ rules: { ...RULES, floor: 0.6 } }),
      digestOf({ rules: { ...RULES, seed: 43 } }),
      digestOf({ gold: { sha256: ["h".repeat(64)], count: 2 } }),
      digestOf({ candidates: { sha256: "d".repeat(64), count: 5 } }),
    ];
    expect(digestOf()).toBe(all[0]);
    expect(new Set(all).size).toBe(5);
  });
});
