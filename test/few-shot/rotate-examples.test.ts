import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createCover } from "#src/evaluation/few-shot/cover";
import { type RotationInput, rotateExamples, type Serving } from "#src/evaluation/few-shot/rotate-examples";
import { toUnitVectors } from "#src/evaluation/few-shot/unit-vectors";

const TODAY = "2026-12-01";
const RULES = { count: 2, replaceShare: 0.5, leastGain: 0.01, seed: 42 };

/** Entries and questions as directions in a plane, in degrees. */
type World = {
  readonly pool: Readonly<Record<string, number>>;
  readonly refusing?: readonly string[];
  readonly questions: readonly (readonly [degrees: number, tag: string, unanswerable?: boolean])[];
};
const towards = (degrees: number) => [Math.cos((degrees / 180) * Math.PI), Math.sin((degrees / 180) * Math.PI)];

function input(world: World, changes: Partial<RotationInput> = {}): RotationInput {
  const ids = Object.keys(world.pool).sort();
  const refuses = ids.map((id) => world.refusing?.includes(id) === true);
  const cover = createCover({
    pool: toUnitVectors(
      ids.map((id) => ({ id, vector: towards(world.pool[id] ?? 0) })),
      "entry",
    ),
    refuses,
    questions: toUnitVectors(
      world.questions.map(([degrees], index) => ({ id: `q${index}`, vector: towards(degrees) })),
      "question",
    ),
    unanswerable: world.questions.map(([, , unanswerable]) => unanswerable === true),
    tags: world.questions.map(([, tag]) => [tag]),
  });
  return { ids, refuses, barred: new Set(), cover, serving: [], today: TODAY, rules: RULES, ...changes };
}
const serving = (...list: [id: string, since: string | null][]): Serving[] =>
  list.map(([id, since]) => ({ id, since }));
const rotated = (...args: Parameters<typeof input>) => {
  const found = rotateExamples(input(...args));
  if ("refused" in found) throw new Error(found.refused);
  return found;
};

const FOUR = {
  pool: { a: 0, b: 30, c: 60, d: 90 },
  questions: [
    [0, "x"],
    [90, "y"],
  ],
} as const;

describe("the choice of examples", () => {
  it("covers every tag as well as it can: the first ones are chosen by what they add", () => {
    const { chosen, coverage } = rotated(FOUR, { rules: { ...RULES, count: 3 } });
    expect(chosen.map(({ id }) => id).sort()).toEqual(["a", "b", "d"]);
    expect(coverage).toEqual({ before: 0, after: 1_000_000 });
  });

  it("counts tags, not questions: twenty questions of one tag don't push out the only one of another", () => {
    const many = { ...FOUR, questions: [...Array.from({ length: 20 }, () => [0, "x"] as const), [90, "y"] as const] };
    expect(
      rotated(many)
        .chosen.map(({ id }) => id)
        .sort(),
    ).toEqual(["a", "d"]);
  });

  it("replaces no more than the share, the longest-serving first, in its place in the prompt", () => {
    const both = serving(["b", "2026-02-01"], ["c", "2026-01-01"]);
    const { chosen, replaced } = rotated(FOUR, { serving: both });
    expect(chosen).toEqual(serving(["b", "2026-02-01"], ["d", TODAY]));
    expect(replaced).toMatchObject([{ out: "c", in: "d", because: "better" }]);
    const other = rotated(FOUR, { serving: serving(["b", "2026-01-01"], ["c", "2026-02-01"]) });
    expect(other.chosen).toEqual(serving(["a", TODAY], ["c", "2026-02-01"]));
    expect(rotated(FOUR, { serving: both, rules: { ...RULES, replaceShare: 1 } }).replaced).toHaveLength(2);
    expect(rotated(FOUR, { serving: both, rules: { ...RULES, replaceShare: 0.4 } }).replaced).toEqual([]);
  });

  it("counts somebody of whom nobody knows since when as having served longest", () => {
    expect(rotated(FOUR, { serving: serving(["b", "2020-01-01"], ["c", null]) }).replaced).toMatchObject([
      { out: "c" },
    ]);
  });

  it("replaces nobody for too little", () => {
    const good = serving(["a", null], ["d", null]);
    expect(rotated(FOUR, { serving: good }).replaced).toEqual([]);
    const two = serving(["b", "2026-02-01"], ["c", "2026-01-01"]);
    expect(rotated(FOUR, { serving: two, rules: { ...RULES, leastGain: 0.5 } }).replaced).toEqual([]);
  });

  it("lets go at once of whoever is no longer in the pool, and counts that as replaced", () => {
    const { chosen, replaced } = rotated(FOUR, { serving: serving(["b", null], ["leaked", "2026-11-01"]) });
    expect(chosen).toEqual(serving(["b", null], ["d", TODAY]));
    expect(replaced).toMatchObject([{ out: "leaked", in: "d", because: "gone" }]);
    const all = rotated(FOUR, { serving: serving(["x", null], ["y", null]), rules: { ...RULES, replaceShare: 0 } });
    expect(all.chosen.map(({ id }) => id)).toEqual(["a", "d"]);
  });

  it("lets an example that refuses be followed by one that refuses", () => {
    const world: World = {
      pool: { a: 0, d: 90, no: 10, nay: 45 },
      refusing: ["no", "nay"],
      questions: [
        [0, "x"],
        [90, "y"],
        [45, "z", true],
      ],
    };
    const { chosen } = rotated(world, { serving: serving(["no", null], ["d", TODAY]) });
    expect(chosen).toEqual(serving(["nay", TODAY], ["d", TODAY]));
  });

  it("takes nobody in who is barred, but leaves whoever people put there", () => {
    const barred = new Set([0, 3]);
    expect(rotated(FOUR, { barred }).chosen.map(({ id }) => id)).toEqual(["b", "c"]);
    expect(rotated(FOUR, { barred, serving: serving(["a", null], ["c", null]) }).chosen[0]?.id).toBe("a");
  });

  it("shows fewer or more when that is wished", () => {
    const three = serving(["a", "2026-03-01"], ["b", "2026-01-01"], ["d", "2026-02-01"]);
    expect(rotated(FOUR, { serving: three })).toMatchObject({
      chosen: serving(["a", "2026-03-01"], ["d", "2026-02-01"]),
      replaced: [{ out: "b", in: null, because: "count" }],
    });
    expect(rotated(FOUR, { serving: serving(["a", null]) }).chosen.map(({ id }) => id)).toEqual(["a", "d"]);
  });

  it("refuses a pool that has fewer entries than prompts show", () => {
    expect(rotateExamples(input(FOUR, { rules: { ...RULES, count: 5 } }))).toEqual({
      refused: "the curated pool has 4 entries that may be shown, and prompts show 5",
    });
    expect(rotateExamples(input(FOUR, { barred: new Set([0, 1, 2]) }))).toHaveProperty("refused");
  });
});

describe("whatever serves and whatever the pool is", () => {
  const ids = ["a", "b", "c", "d", "e", "f", "g"];
  const world = fc.record({
    pool: fc.dictionary(fc.constantFrom(...ids), fc.constantFrom(0, 20, 40, 60, 80), { minKeys: 3 }),
    questions: fc.array(fc.tuple(fc.constantFrom(0, 45, 90), fc.constantFrom("x", "y")), {
      minLength: 1,
      maxLength: 6,
    }),
  });
  const chosenNow = fc.uniqueArray(fc.tuple(fc.constantFrom(...ids, "gone"), fc.constantFrom(null, "2026-01-01")), {
    selector: ([id]) => id,
    maxLength: 3,
  });

  it("the choice is from the pool, each once, as many as wished, never worse than what may stay, and settles", () => {
    fc.assert(
      fc.property(world, chosenNow, fc.integer({ min: 1, max: 3 }), (made, now, count) => {
        const rules = { ...RULES, count };
        const { chosen, replaced, coverage } = rotated(made, { serving: serving(...now), rules });
        expect(new Set(chosen.map(({ id }) => id)).size).toBe(count);
        for (const { id } of chosen) expect(Object.keys(made.pool)).toContain(id);
        if (now.length <= count) expect(coverage.after).toBeGreaterThanOrEqual(coverage.before);
        const free = replaced.filter(({ because }) => because === "better").length;
        expect(free).toBeLessThanOrEqual(Math.floor(RULES.replaceShare * count + 1e-9));
        // The same choice asked again on another day comes to an end.
        let state = chosen;
        for (let day = 0; day < 12; day++) state = rotated(made, { serving: state, rules, today: `day ${day}` }).chosen;
        expect(rotated(made, { serving: state, rules, today: "day 13" }).replaced).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});
