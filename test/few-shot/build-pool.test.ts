import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildPool } from "#src/evaluation/few-shot/build-pool";
import { type PoolEntry, poolText, toExample } from "#src/evaluation/few-shot/pool-entry";
import { poolFileName } from "#src/evaluation/few-shot/pool-name";
import { checkLeakage } from "#src/evaluation/leakage/check-leakage";
import type { Example } from "#src/evaluation/leakage/example";

const RULES = { floor: 0.6, size: 10, seed: 42 };

const entry = (id: string, question: string, changes: Partial<PoolEntry> = {}): PoolEntry => ({
  id,
  question,
  answer: `The handbook says so under ${id}.`,
  source: `${id}.md`,
  quality: 0.9,
  addedAt: "2026-01-01",
  ...changes,
});
const gold = (id: string, question: string, answer = "Ask the person who runs the workshop downstairs."): Example => ({
  id,
  question,
  answers: [answer],
  text: `${question}\n${answer}`,
  sources: [],
  span: null,
  embedding: null,
});

const CANDIDATES = [
  entry("boat", "Who paints the hull of the long boat before spring?"),
  entry("lamp", "When is the lamp in the harbour tower switched on?"),
  entry("rope", "How many metres of rope does the ferry carry?", { quality: 0.7 }),
  entry("crate", "Where do empty fish crates go after the market?", { quality: 0.59 }),
];
const EVALUATION = [gold("g1", "Which colour has the flag on quarantine days?")];

/** So many of one form that its words belong to it. */
const FORMS = "net|oar|cod|sail|mast|rope walk|sluice|winch"
  .split("|")
  .map((thing) => entry(thing, `${thing} ${thing}: what is the shortest way from the ferry to the ${thing} ${thing}?`));

describe("a curated pool", () => {
  it("holds what is at or above the floor, by id", () => {
    const { entries, dropped, guard } = buildPool(CANDIDATES, EVALUATION, { ...RULES, floor: 0.7 });
    expect(entries.map(({ id }) => id)).toEqual(["boat", "lamp", "rope"]);
    expect(dropped).toEqual([{ id: "crate", because: "below-floor", says: "has quality 0.59, below 0.7" }]);
    expect(guard).toMatchObject({ clean: true, blocked: [] });
  });

  it("drops what leaks a question, under whatever id and in other letters, and names the pair", () => {
    const leaking = entry("new", "WHICH colour has the flag, on quarantine days");
    const { entries, dropped, leaked } = buildPool([...CANDIDATES, leaking], EVALUATION, RULES);
    expect(entries.map(({ id }) => id)).not.toContain("new");
    expect(dropped).toContainEqual({ id: "new", because: "leaks", says: "leaks g1 (hash)" });
    expect(leaked).toMatchObject([{ pool_id: "new", eval_id: "g1", rule: "hash" }]);
  });

  it("drops what carries a gold answer", () => {
    const leaking = entry("new", "Who mends oars?", { answer: "Ask the person who runs the workshop downstairs." });
    const { dropped } = buildPool([...CANDIDATES, leaking], EVALUATION, RULES);
    expect(dropped).toContainEqual({ id: "new", because: "leaks", says: "leaks g1 (injection)" });
  });

  it("keeps the better of near duplicates, of equally good ones the newer", () => {
    const again = "Who paints the hull of the long boat, before spring?";
    const better = buildPool([...CANDIDATES, entry("boat2", again, { quality: 0.95 })], EVALUATION, RULES);
    expect(better.dropped).toContainEqual({
      id: "boat",
      because: "near-duplicate",
      says: "asks nearly what boat2 asks",
    });
    for (let seed = 0; seed < 8; seed++) {
      const newer = [...CANDIDATES, entry("boat2", again, { addedAt: "2026-02-01" })];
      const { entries } = buildPool(newer, EVALUATION, { ...RULES, seed });
      expect(entries.map(({ id }) => id)).toEqual(["boat2", "lamp", "rope"]);
    }
    const worse = buildPool([...CANDIDATES, entry("boat2", again, { quality: 0.8 })], EVALUATION, RULES);
    expect(worse.entries.map(({ id }) => id)).toEqual(["boat", "lamp", "rope"]);
  });

  it("keeps both of two questions that share only how they are asked", () => {
    const form = (thing: string) => `What is the shortest way from the ferry to the ${thing}?`;
    const both = [entry("a", form("mill")), entry("b", form("quay")), ...FORMS];
    expect(buildPool(both, EVALUATION, { ...RULES, size: 99 }).dropped).toEqual([]);
  });

  it("is guarded once more when it is made: a word that was common among the candidates need not be in the pool", () => {
    const form = (verb: string, rest = "") => `How do I properly and safely ${verb} the brass lamp${rest}?`;
    const verbs = ["lift", "paint", "ship", "store", "wrap", "drain", "label", "weigh"];
    const others = verbs.map((verb) => entry(verb, form(verb, ` that ${verb.repeat(6)} came with`), { quality: 0.7 }));
    const gold1 = [gold("g1", form("mend"))];
    const best = entry("best", form("clean"));
    expect(checkLeakage([...others, best].map(toExample), gold1).clean).toBe(true);
    const { dropped, entries, guard } = buildPool([...others, best], gold1, { ...RULES, size: 1 });
    expect(dropped).toContainEqual({ id: "best", because: "leaks", says: "leaks g1 (containment)" });
    expect([entries, guard.clean]).toEqual([[], true]);
  });

  it("holds no more than its size, the best ones; who is in among equals is the seed's lot, and the same each time", () => {
    const small = (seed: number) => buildPool(CANDIDATES, EVALUATION, { ...RULES, size: 1, seed });
    expect(small(1).dropped).toContainEqual({ id: "rope", because: "no-room", says: "would be one more than 1" });
    const winners = Array.from({ length: 20 }, (_, seed) => small(seed).entries[0]?.id);
    expect(new Set(winners)).toEqual(new Set(["boat", "lamp"]));
    expect(Array.from({ length: 20 }, (_, seed) => small(seed).entries[0]?.id)).toEqual(winners);
  });

  it("is empty where nothing is good enough, and says so of each", () => {
    const { entries, dropped } = buildPool(CANDIDATES, EVALUATION, { ...RULES, floor: 1 });
    expect([entries, dropped.length]).toEqual([[], 4]);
  });
});

describe("whatever the candidates are", () => {
  const words = fc.constantFrom(
    "lamp",
    "boat",
    "rope",
    "who",
    "paints",
    "the",
    "a",
    "market",
    "before",
    "spring",
    "tower",
  );
  const question = fc.array(words, { minLength: 1, maxLength: 9 }).map((list) => `${list.join(" ")}?`);
  const candidates = fc
    .array(fc.record({ question, answer: question, quality: fc.constantFrom(0, 0.5, 0.6, 0.8, 1) }), { maxLength: 25 })
    .map((list) => list.map((each, index) => entry(`c${index}`, each.question, each)));
  const cases = fc
    .array(fc.record({ question, answer: question }), { maxLength: 6 })
    .map((list) => list.map((each, index) => gold(`g${index}`, each.question, each.answer)));

  it("the pool is clean, above the floor, no larger than wished, and the same bytes for any order of them", () => {
    fc.assert(
      fc.property(candidates, cases, fc.integer({ min: 1, max: 8 }), (pool, evaluation, size) => {
        const built = buildPool(pool, evaluation, { ...RULES, size });
        expect(checkLeakage(built.entries.map(toExample), evaluation).clean).toBe(true);
        expect(built.entries.every(({ quality }) => quality >= RULES.floor)).toBe(true);
        expect(built.entries.length).toBeLessThanOrEqual(size);
        expect(new Set([...built.entries, ...built.dropped].map(({ id }) => id)).size).toBe(pool.length);
        const turned = buildPool(pool.toReversed(), evaluation, { ...RULES, size });
        expect(poolText(turned.entries)).toBe(poolText(built.entries));
      }),
      { numRuns: 60 },
    );
  });
});

describe("a pool's file", () => {
  it("has one entry a line, by id, with keys in one order", () => {
    const [a, b] = [entry("a", "One?"), entry("b", "Two?")];
    expect(poolText([b, a])).toBe(poolText([a, b]));
    expect(poolText([a])).toBe(
      '{"id":"a","query":"One?","gt_answer":"The handbook says so under a.","source":"a.md","quality":0.9,"added_at":"2026-01-01"}\n',
    );
    expect(poolText([])).toBe("");
  });

  it.each([
    ["few_shot_pool.jsonl", "few_shot_pool.1a2b3c4d.jsonl"],
    ["/srv/x.d/pool", "/srv/x.d/pool.1a2b3c4d"],
    ["/srv/.pool", "/srv/.pool.1a2b3c4d"],
  ])("%s is followed by %s", (configured, name) => {
    expect(poolFileName(configured, `1a2b3c4d${"e".repeat(56)}`)).toBe(name);
  });
});
