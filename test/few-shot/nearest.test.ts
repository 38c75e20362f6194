import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareIds } from "#src/evaluation/few-shot/compare-ids";
import { findNearest } from "#src/evaluation/few-shot/find-nearest";
import { errorBound, nearestByBlocks } from "#src/evaluation/few-shot/nearest-by-blocks";
import { nearestByLoop } from "#src/evaluation/few-shot/nearest-by-loop";
import { type NamedVector, toUnitVectors } from "#src/evaluation/few-shot/unit-vectors";

const unit = (vectors: readonly NamedVector[]) => toUnitVectors(vectors, "entry");
const always = () => true;

/** Few different numbers, so that there are ties, twins and scores that are nearly alike. */
const number = fc.oneof(
  fc.constantFrom(-1, 0, 0.5, 1, 1e-6),
  fc.double({ min: -1, max: 1, noNaN: true, noDefaultInfinity: true }),
);
const vectorsOf = (dimension: number, most: number) =>
  fc
    .array(fc.array(number, { minLength: dimension, maxLength: dimension }), { minLength: 1, maxLength: most })
    .map((list) => list.filter((vector) => vector.some((value) => value !== 0)))
    .map((list) => list.map((vector, index) => ({ id: `${(index * 7) % 11} ${index}`, vector })));
const world = fc.integer({ min: 1, max: 9 }).chain((dimension) =>
  fc.record({
    pool: vectorsOf(dimension, 80).filter((list) => list.length > 0),
    queries: vectorsOf(dimension, 9).filter((list) => list.length > 0),
    twins: fc.boolean(),
    k: fc.integer({ min: 1, max: 90 }),
  }),
);

const withTwins = (pool: readonly NamedVector[], twins: boolean): NamedVector[] =>
  twins ? [...pool, ...pool.map(({ id, vector }) => ({ id: `twin of ${id}`, vector }))] : [...pool];

describe("the fast way and the definition", () => {
  it("give the same ids and scores, with ties, twins and k on either side of the pool's size", () => {
    fc.assert(
      fc.property(world, fc.func(fc.boolean()), ({ pool, queries, twins, k }, allowed) => {
        const [entries, asked] = [unit(withTwins(pool, twins)), unit(queries)];
        for (const mayChoose of [always, (query: number, place: number) => allowed(query, place)]) {
          const expected = nearestByLoop(entries, asked, k, mayChoose);
          expect(nearestByBlocks(entries, asked, k, mayChoose)).toEqual(expected);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("agree over many blocks of long vectors", () => {
    const vectors = (count: number, seed: number) =>
      unit(
        Array.from({ length: count }, (_, index) => ({ id: `e${index}`, vector: chance(130, seed + (index % 900)) })),
      );
    const [pool, queries] = [vectors(1_501, 1), vectors(13, 5_000)];
    expect(nearestByBlocks(pool, queries, 7, always)).toEqual(nearestByLoop(pool, queries, 7, always));
  });

  it("agree where the kernel's sums are wrong by more than what they are rounded to", () => {
    // Long vectors of nearly equal numbers: each of thousands of additions rounds the same way, and all entries are nearly as near.
    const long = (seed: number) => chance(12_003, seed).map((value) => 1 + 0.004 * value);
    const pool = unit(Array.from({ length: 150 }, (_, index) => ({ id: `e${index}`, vector: long(index) })));
    const queries = unit([{ id: "q", vector: long(1_000) }]);
    expect(nearestByBlocks(pool, queries, 5, always)).toEqual(nearestByLoop(pool, queries, 5, always));
  });

  it("has an error bound that is far below what tells scores apart by sight, and grows with the length", () => {
    expect(errorBound(384)).toBeLessThan(1e-5);
    expect(errorBound(4_096)).toBeGreaterThan(errorBound(384));
  });
});

describe("what is nearest", () => {
  const pool = unit([
    { id: "b", vector: [1, 0] },
    { id: "a", vector: [2, 0] },
    { id: "c", vector: [3, 4] },
    { id: "d", vector: [0, -3] },
  ]);
  const query = unit([{ id: "q", vector: [5, 0] }]);

  it("comes by score, then by id", () => {
    expect(findNearest(pool, query, 3)).toEqual([
      [
        { id: "a", score: 1 },
        { id: "b", score: 1 },
        { id: "c", score: 0.6 },
      ],
    ]);
  });

  it("is the whole pool where that has no more than k entries", () => {
    expect(findNearest(pool, query, 4)[0]?.map(({ id }) => id)).toEqual(["a", "b", "c", "d"]);
    expect(findNearest(pool, query, 99)).toEqual(findNearest(pool, query, 4));
    expect(findNearest(unit([]), query, 5)).toEqual([[]]);
  });

  it("does not depend on the order of the pool", () => {
    const turned = unit([
      { id: "d", vector: [0, -3] },
      { id: "c", vector: [3, 4] },
      { id: "a", vector: [2, 0] },
      { id: "b", vector: [1, 0] },
    ]);
    expect(JSON.stringify(findNearest(turned, query, 3))).toBe(JSON.stringify(findNearest(pool, query, 3)));
  });

  it("calls what differs by less than half a millionth a tie, which the id decides", () => {
    const close = unit([
      { id: "z", vector: [1, 0] },
      { id: "y", vector: [1, 0.0005] },
    ]);
    expect(findNearest(close, query, 1)).toEqual([[{ id: "y", score: 1 }]]);
  });

  it("orders ids by code points, not by halves of characters and not by locale", () => {
    const ids = ["\u{1f600}", "�", "ä", "z", "Z", "a", "ab", ""];
    expect(ids.toSorted(compareIds)).toEqual(["", "Z", "a", "ab", "z", "ä", "�", "\u{1f600}"]);
    const bytes = (id: string) => Buffer.from(id).toString("hex");
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (a, b) => {
        expect(Math.sign(compareIds(a, b))).toBe(bytes(a) < bytes(b) ? -1 : bytes(a) > bytes(b) ? 1 : 0);
      }),
    );
  });
});

describe("what can't be compared is refused by its id", () => {
  it.each([
    ["a zero vector", [0, 0], /entry x: its vector is all zeros/],
    ["NaN", [1, Number.NaN], /entry x: number 2 of its vector is NaN/],
    ["infinity", [Number.NEGATIVE_INFINITY, 1], /entry x: number 1 of its vector is -Infinity/],
    ["another length", [1, 2, 3], /entry x: its vector has 3 numbers, the first one's 2/],
    ["an empty vector", [], /entry x: its vector has 0 numbers/],
  ])("%s", (_, vector, says) => {
    expect(() =>
      unit([
        { id: "a", vector: [1, 0] },
        { id: "x", vector },
      ]),
    ).toThrow(says);
  });

  it("an id that is there twice", () => {
    expect(() =>
      unit([
        { id: "x", vector: [1] },
        { id: "x", vector: [2] },
      ]),
    ).toThrow("entry x: the id is there twice");
  });

  it("queries of another embedder, and a k that is no number of entries", () => {
    const [two, three] = [unit([{ id: "a", vector: [1, 0] }]), unit([{ id: "q", vector: [1, 0, 0] }])];
    expect(() => findNearest(two, three, 1)).toThrow(/2 numbers, the queries' 3/);
    for (const k of [0, -1, 1.5, Number.NaN]) expect(() => findNearest(two, two, k)).toThrow(/k is/);
  });

  it("not a vector of very small or very large numbers: it has a direction", () => {
    const [tiny, huge] = [unit([{ id: "a", vector: [3e-320, 0] }]), unit([{ id: "a", vector: [1e308, 0] }])];
    expect([...tiny.data, ...huge.data]).toEqual([1, 0, 1, 0]);
  });
});

/** Numbers that look like chance and are none. */
function chance(length: number, seed: number): number[] {
  let state = seed * 2_654_435_761;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  });
}
